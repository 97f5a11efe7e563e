"""A flock: worlds that share a plan and a database, as carriers share a platform. That makes one cheap enough for hundreds;
a world that fails is played alone afterwards (shrink.py)."""
import random

from worlds import invariants, play
from worlds.generate import World
from worlds.plan import DAY, START, Plan, Run

END = START + 91 * DAY      # the first quarter is over


def size_of(seed):
    """Worlds of a flock: two of three are small."""
    return 64 if seed % 3 == 1 else 1


class Flock:
    """The worlds of a seed. thorough: every night is held against the facts told at once, not one of them and the last."""

    def __init__(self, seed, size, switches, thorough=False):
        self.seed, self.switches, self.thorough = seed, switches, thorough
        self.plan, self.worlds = Plan(seed, END), []
        for n in range(size):
            self.take(seed * 1000 + n)

    def take(self, seed, switches=None, prefix=None):
        """One world more, which may have switches of its own."""
        switches = self.switches if switches is None else switches
        self.worlds.append(World(seed, switches, END, prefix, self.plan.twin))
        self.plan.assign(self.worlds[-1])

    def play(self, server, folder, stop=True):
        """The failures of the first night that has any, or of all."""
        source = random.Random(f'checks {self.seed}')
        last = len(self.plan.nights) - 1
        turns = sorted(self.plan.turns - {last})
        looked_at = turns if self.thorough else source.sample(turns, min(1, len(turns)))
        game = Game(server, folder, self.plan, self.worlds)
        return game.play(looked_at, ('last', 'first') if self.thorough or self.seed % 4 == 2 else ('last',),
                         stop=stop)

    def world(self, prefix):
        return next(world for world in self.worlds if world.prefix == prefix)


class Game:
    """Worlds under a plan, on databases of a server."""

    def __init__(self, server, folder, plan, worlds):
        self.server, self.folder, self.plan, self.worlds = server, folder, plan, worlds

    def play(self, looked_at=(), references=('last',), only=None, stop=True):
        """The failures. looked_at: turns before the last at which the facts so far are told at once, too; references: those
        at the end (what is told on the last day is cheap, and shares the least with nights that follow each other). only: what
        to look for, through all nights; stop: the first night that has failures is the last."""
        books, out, seen = play.Books(self.server, self.folder, self.worlds, 'apart'), [], []
        last = len(self.plan.nights) - 1
        try:
            for step in self.plan.steps(self.worlds):
                books.play(step)
                if not isinstance(step, Run):
                    continue
                turn, found = self.plan.nights.index(step.date), []
                if only in (None, *invariants.NIGHTLY):
                    found += invariants.after_night(books, seen)
                    seen = books.transfers
                if turn in looked_at and only is None:
                    books.head = books.settle('verify', '--head').strip()
                    found += self.against(books, self.plan.up_to(turn), 'last')
                out += [failure._replace(turn=turn) for failure in found]
                if out and only is None and stop:
                    return out
            out += [failure._replace(turn=last) for failure in self.at_the_end(books, references, only)]
        except play.Refused as refused:
            out.append(invariants.Failure('a command', None, str(refused).splitlines(), turn=last))
        finally:
            books.drop()
        return out

    def at_the_end(self, books, references, only):
        out = []
        if only in (None, *invariants.FINAL):
            out += invariants.at_the_end(books)
        if only in (None, invariants.SUMS, invariants.WAITING, invariants.ORDERS):
            books.read()
            for how in references:
                out += self.against(books, self.plan, how)
        if self.plan.twin and only in (None, invariants.TWIN):
            books.read()
            out += self.against(books, self.plan, 'twin')
        return out

    def against(self, books, plan, how):
        """The books against those of the same facts told otherwise."""
        other = play.Books(self.server, self.folder, books.worlds, f'{how}-{plan.end}')
        try:
            for step in plan.reference(books.worlds, how):
                other.play(step)
            other.read()
            if how == 'twin':
                return invariants.same_nights(books, other, how)
            return invariants.same_sums(books, other, how) + invariants.same_waiting(books, other, how) + (
                invariants.same_orders(books, other, how) if plan is self.plan else [])
        finally:
            other.drop()
