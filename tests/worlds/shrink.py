"""Makes a failing world small: leaves out facts, nights, people's decisions, rules and terms for as long as it fails.

Candidates of a round share a database under prefixes of their own, so that a round costs what one of them would."""
import copy

from worlds import invariants
from worlds.flock import Game
from worlds.play import Books, policy_files

OPTIONAL = ('for', 'floor', 'cap', 'withheld', 'active-days', 'if', 'clawback', 'holdback', 'pay-when-paid', 'ceiling',
            'split', 'life-cap', 'not-counted', 'net-of-tax', 'higher-tiers')
OPTIONAL_ON_TOP = ('ceiling', 'pay-when-paid', 'fraud-tolerance', 'on-port-out', 'on-number-transfer',
                   'after-distributor-ended')
GROUPS = 16     # candidates of a round


class Shrinker:
    """failure: of a world of a flock. After shrink(): plan, world, failure (None: alone the world does not fail)."""

    def __init__(self, server, folder, flock, failure, say=lambda text: None):
        self.server, self.folder, self.say = server, folder, say
        self.plan, self.what, self.how = flock.plan, failure.what, failure.how
        if failure.turn < len(self.plan.nights) - 1:
            self.plan = self.plan.up_to(failure.turn)
        self.games, self.failure, self.owned = 0, None, failure.prefix is not None
        self.world = flock.world(failure.prefix) if self.owned else self.culprit(flock.worlds)

    def culprit(self, worlds):
        """One of the worlds with which it fails, where nobody knows which: half by half."""
        while len(worlds) > 1:
            half = len(worlds) // 2
            worlds = next((part for part in (worlds[:half], worlds[half:]) if self.fails(part)), worlds[:1])
        return worlds[0]

    # --- trials

    def fails(self, worlds, plan=None):
        """The failures looked for, of the worlds together."""
        self.games += 1
        found = Game(self.server, self.folder, plan or self.plan, worlds).play(
            references=(self.how or 'last',), only=self.what)
        return [failure for failure in found if failure.what in (self.what, 'a command')]

    def failing(self, worlds, plan=None):
        """The failure of each of the worlds, or None."""
        if len(worlds) > 1 and not self.owned:
            return [self.failing([world], plan)[0] for world in worlds]
        found = self.fails(worlds, plan)
        if self.what != 'a command' and any(failure.what == 'a command' for failure in found):
            return [self.failing([world], plan)[0] for world in worlds] if len(worlds) > 1 else [None]
        return [next((failure for failure in found if failure.prefix in (world.prefix, None)), None) for world in worlds]

    def candidates(self, worlds):
        """Of each whether it still fails."""
        valid = [n for n, world in enumerate(worlds) if self.valid(world)]
        named = [worlds[n].but(prefix=f'{self.world.prefix[:-1]}{"abcdefghijklmnopqrst"[n]}-') for n in valid]
        found = dict(zip(valid, self.failing(named))) if named else {}
        return [found.get(n) is not None for n in range(len(worlds))]

    def valid(self, world):
        """Whether its policies still are."""
        books = Books(None, self.folder, [world], 'check')
        code, _, _ = books.command('policy', 'check', *policy_files(
            books.folder, [(world, policy) for policy in world.all_policies()]))
        return code in (0, 1)

    def reduce(self, name, edits):
        """Applies as many edits (world -> world) as it still fails with."""
        count, size = len(edits), -(-len(edits) // GROUPS)
        while edits:
            size = max(1, min(size, -(-len(edits) // GROUPS)))
            groups = [edits[n:n + size] for n in range(0, len(edits), size)][:GROUPS]
            fails = self.candidates([applied(self.world, group) for group in groups])
            good = [group for group, failed in zip(groups, fails) if failed]
            if good:
                together = [applied(self.world, sum(good[:n + 1], [])) for n in range(len(good))]
                fits = [n for n, failed in enumerate(self.candidates(together)) if failed] if len(good) > 1 else [0]
                most = max(fits, default=0)
                self.world = together[most]
                edits = [edit for edit in edits if edit not in sum(good[:most + 1], [])]
            if size == 1:   # what is needed alone stays needed
                needed = [group[0] for group, failed in zip(groups, fails) if not failed]
                edits = [edit for edit in edits if edit not in needed]
            elif not good:
                size //= 2
        self.say(f'{name}: {count} tried, {len(self.world.facts)} facts left, {self.games} games')

    def with_plan(self, plan, **changes):
        """Takes a plan if the world fails with it, too."""
        world = self.world.but(**changes)
        if self.failing([world], plan)[0] is None:
            return False
        self.plan, self.world = plan, world
        return True

    # --- what is left out

    def shrink(self):
        if self.failing([self.world])[0] is None:
            return self
        if self.how == 'first':
            self.how = 'last'
            if self.failing([self.world])[0] is None:
                self.how = 'first'
        self.people()
        self.nights()
        for _ in range(2):
            self.reduce('facts', [leave_out(fact.number) for fact in self.world.facts if fact.kind != 'carriers'])
            self.reduce('policies', policy_edits(self.world))
            self.reduce('activations', [known_before(key) for key in self.world.activated])
            self.nights()
            self.reduce('nights of facts', [on_time(fact, self.plan) for fact in self.world.facts
                                            if self.world.told.get(fact.number)])
        self.failure = self.failing([self.world])[0]
        return self

    def people(self):
        """Without crashes, closings, invoices, threads: all, or one after the other."""
        calm = {'crash': None, 'closing': None, 'issue': False, 'cover': False, 'workers': 1, 'chunk': 5000}
        for changes in (calm, *({key: value} for key, value in calm.items())):
            plan = copy.copy(self.plan)
            plan.runs = {n: run._replace(**changes) for n, run in plan.runs.items()}
            if self.with_plan(plan) and changes is calm:
                break

    def nights(self):
        """A night less: what was told on it is told on the next one."""
        n = 0
        while n < len(self.plan.nights) - 1:
            plan = copy.copy(self.plan)
            plan.nights = self.plan.nights[:n] + self.plan.nights[n + 1:]
            plan.turns = {turn - (turn > n) for turn in self.plan.turns if turn != n}
            plan.runs = {turn - (turn > n): run for turn, run in self.plan.runs.items() if turn != n}
            told = {number: [(night - (night > n), dated - (dated > n)) for night, dated in its]
                    for number, its in self.world.told.items()}
            activated = {key: night - (night > n) for key, night in self.world.activated.items()}
            if not self.with_plan(plan, told=told, activated=activated):
                n += 1
        self.say(f'nights: {len(self.plan.nights)} left, {self.games} games')


def applied(world, edits):
    for edit in edits:
        world = edit(world)
    return world


def known_before(key):
    return lambda world: world.but(activated={other: night for other, night in world.activated.items() if other != key})


def leave_out(number):
    return lambda world: world.but(facts=[fact for fact in world.facts if fact.number != number])


def on_time(fact, plan):
    """Told once, on the first night after its day."""
    night = next(n for n, date in enumerate(plan.nights) if date >= fact.day or n == len(plan.nights) - 1)
    return lambda world: world.but(told={**world.told, fact.number: [(night, night)]})


def policy_edits(world):
    """Carriers, rules and terms, of all versions of a carrier alike, so that those that go on still do."""
    def without(carrier):
        return lambda world: world if len(world.policies) == 1 else world.but(
            facts=[fact for fact in world.facts if fact.row.get('carrier') != carrier],
            policies={key: versions for key, versions in world.policies.items() if key != carrier})

    def change(carrier, what):
        def edit(world):
            versions = [what(copy.deepcopy(policy)) for policy in world.policies.get(carrier, ())]
            return world if not versions else world.but(policies={**world.policies, carrier: versions})
        return edit

    def without_rule(name):
        def what(policy):
            rules = [rule for rule in policy['rules'] if name not in rule.values()]
            return {**policy, 'rules': rules or policy['rules']}
        return what

    def without_term(name, term):
        def what(policy):
            for rule in policy['rules']:
                if name in (None, next(iter(rule.values()))):
                    rule.pop(term, None)
            if name is None:
                policy.pop(term, None)
            return policy
        return what

    out = [without(carrier) for carrier in world.policies if len(world.policies) > 1]
    for carrier, versions in world.policies.items():
        rules = {next(iter(rule.values())): rule for policy in versions for rule in policy['rules']}
        out += [change(carrier, without_rule(name)) for name in rules]
        out += [change(carrier, without_term(name, term)) for name, rule in rules.items() for term in OPTIONAL
                if term in rule]
        out += [change(carrier, without_term(None, term)) for term in OPTIONAL_ON_TOP
                if any(term in policy for policy in versions)]
    return out
