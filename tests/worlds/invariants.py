"""What must hold of the books of a plan after each of its nights, and of two plans that tell the same facts."""
from collections import Counter, defaultdict, namedtuple

import compare
import settle_oracle as so
from worlds import play

MONTHS = ('2026-01', '2026-02', '2026-03', '2026-04')
SUMS, TWIN, ORDERS, WAITING = (
    'sums of the facts told at once', 'the same nights in another order', 'what became of orders', 'what waits')
NIGHTLY = ('what was published stays', 'running targets', 'one origin', 'periods', 'balances', 'reconcile ledger', 'documents')
FINAL = ('verify', 'replay', 'reconcile orders')

# prefix: of the world whose books are wrong, None: not known; how: the facts were told in the reference; turn: after it
Failure = namedtuple('Failure', 'what prefix texts how turn', defaults=['', None])


def failures(what, worlds, found):
    """found: (carrier, text); one failure a world, one for what is no world's."""
    texts = defaultdict(list)
    for carrier, text in found:
        owner = next((w.prefix for w in worlds if carrier and carrier.startswith(w.prefix)), None)
        texts[owner].append(text)
    return [Failure(what, prefix, lines) for prefix, lines in texts.items()]


def after_night(books, before):
    """before: the transfers as they stood after the last night looked at."""
    worlds, transfers = books.worlds, books.read()
    out = []
    if transfers[:len(before)] != before:
        lost = Counter(map(str, before)) - Counter(map(str, transfers))
        out.append(Failure('what was published stays', None, list(lost)[:5] or ['the order changed']))
    out += failures('running targets', worlds, [(text[2:].split("'")[0], text)
                                                for text in compare.engine_nets(transfers)[1]])
    out += one_origin(books)
    out += failures('periods', worlds, [
        (row['carrier'], f'not in the oldest open period from its origin on (closed up to "{books.closed_before}"): {row}')
        for row in transfers[len(before):] if row['period'] <= books.closed_before or row['period'] < row['origin'] or (
            row['kind'] in so.KINDS and row['period'] > max(row['origin'], following(books.closed_before)))])
    out += balances(books)
    found = [(row['carrier'], str(row)) for row in books.rows('reconcile', 'ledger', codes=(0, 1))
             if so.money(row['difference']) or so.money(row['documents_differ'])]
    out += failures('reconcile ledger', worlds, found)
    return out + documents(books)


def following(month):
    return so.show_month(so.parse_month(month) + 1) if month else ''


def one_origin(books):
    """What is taken back or given back of a slot is of the slot's month."""
    months = defaultdict(set)
    for row in books.transfers:
        if row['kind'] in so.KINDS:
            months[row['carrier'], row['distributor'], row['kind'], row['rule'], row['subject'], row['item']].add(row['origin'])
    return failures('one origin', books.worlds, [(key[0], f'{key}: {sorted(found)}')
                                                 for key, found in months.items() if len(found) > 1])


def balances(books):
    """The accounts are what the transfers add up to."""
    sums = defaultdict(int)
    for row in books.transfers:
        for side, sign in (('debit', 1), ('credit', -1)):
            # a deposit is the distributor's alone, whoever is paid from it
            carrier = '' if row[side] == 'deposit' and row['distributor'] else row['carrier']
            sums[carrier, row['distributor'], row[side]] += sign * so.money(row['amount'])
    said = defaultdict(int)
    for row in books.rows('ledger', 'balances'):
        said[row['carrier'], row['distributor'], row['account']] += so.money(row['balance'])
    return failures('balances', books.worlds, [
        (key[0], f'{key}: transfers {sums.get(key, 0)}, account {said.get(key, 0)}')
        for key in sorted(set(sums) | set(said)) if sums.get(key, 0) != said.get(key, 0)])


def documents(books):
    """What a document says is to be paid and was withheld is what its issue posted; its totals explain it, its lines add up
    to them, and a debt that it leaves is what the next one of its kind brings forward."""
    posted, lines, left, found = defaultdict(int), defaultdict(int), {}, []
    for row in books.transfers:
        if row['kind'] == 'invoice':
            for what, amount in (('payable', (row['credit'] == 'invoiced') - (row['debit'] == 'invoiced')),
                                 ('withheld', (row['debit'] == 'withheld') - (row['credit'] == 'withheld'))):
                posted[row['subject'].removeprefix('invoice '), what] += so.money(row['amount']) * amount
    for row in books.rows('invoice', 'lines'):
        for what in ('net', 'tax', 'gross'):
            lines[row['number'], what] += so.money(row[what])
    for row in books.rows('invoice', 'list'):
        said = {what: so.money(row[what]) for what in (
            'net', 'tax', 'gross', 'payable', 'withheld', 'brought_forward', 'covered', 'debt_left')}
        key = tuple(row[what] for what in ('carrier', 'distributor', 'currency', 'tax_rate'))
        wanted = {'payable': said['gross'] - said['withheld'] + said['brought_forward'] + said['covered'] - said['debt_left'],
                  'brought_forward': left.get(key, 0)}
        if row['status'] != 'carried':
            wanted.update({what: lines[row['number'], what] for what in ('net', 'tax', 'gross')})
        off = {what: (said[what], amount) for what, amount in wanted.items() if said[what] != amount}
        if row['status'] == 'issued':
            off.update({f'{what} posted': (said[what], posted[row['number'], what]) for what in ('payable', 'withheld')
                        if said[what] != posted[row['number'], what]})
        if said['payable'] < 0 and row['status'] != 'carried' and row['document'] == 'invoice':
            off['payable'] = 'below zero'
        left[key] = said['brought_forward'] if row['status'] == 'carried' else said['debt_left']
        if off:
            found.append((row['carrier'], f'{row["document"]} {row["number"]} of {row["cut_off"]}, said and wanted: {off}'))
    return failures('documents', books.worlds, found)


def at_the_end(books):
    """Digests chain and verify, also to the head kept outside; every night is replayed; every order is accounted for."""
    out = []
    for command in (('verify', *(('--expect', books.head) if books.head else ())), ('replay', '--run', '1..')):
        code, text, err = books.database.settle(*command)
        if code != 0:
            out.append(Failure(command[0], None, [line for line in (text + err).splitlines() if not line.endswith(' equal')][:20]))
    for month in MONTHS:    # 3: nothing is known of it
        code, text, err = books.database.settle('reconcile', 'orders', '--period', month)
        if code not in (0, 3):
            out.append(Failure('reconcile orders', None, (text + err).splitlines()[:20]))
    return out


def orders_of(books, month):
    """(carrier, what became of them) -> (orders, what was paid); without the reason as long as it depends on the night."""
    reasons, out = {world.prefix: 'outcomes' in world.switches for world in books.worlds}, {}
    for row in books.rows('reconcile', 'orders', '--period', month, codes=(0, 1, 3)):
        why = any(told and row['carrier'].startswith(prefix) for prefix, told in reasons.items())
        key = row['carrier'], *((row['state'], row['because']) if why else ('orders',))
        number, paid = out.get(key, (0, 0))
        out[key] = number + int(row['orders']), paid + so.money(row['paid'])
    return out


def same_orders(books, other, how):
    """What became of every order, in count and money."""
    found = []
    for month in MONTHS:
        mine, theirs = (orders_of(each, month) for each in (books, other))
        found += [(key[0], f'{" ".join(key)} of {month}: told apart {mine.get(key)}, at once {theirs.get(key)}')
                  for key in sorted(set(mine) | set(theirs)) if mine.get(key) != theirs.get(key)]
    return [failure._replace(how=how) for failure in failures(ORDERS, books.worlds, found)]


def same_waiting(books, other, how):
    """What waits, and for what, each once however often nights looked at it."""
    names = 'carrier', 'what', 'distributor', 'fact', 'order', 'rule', 'month', 'day', 'waits_for'
    asked = tuple(world.prefix for world in books.worlds if world.simple or 'waiting' in world.switches)
    mine, theirs = (Counter(tuple(row[name] for name in names) for row in each.rows('facts', 'waiting', '--limit', '0')
                            if row['carrier'].startswith(asked)) for each in (books, other))
    return [failure._replace(how=how) for failure in failures(WAITING, books.worlds, [
        *((key[0], f'only told apart: {" ".join(key)}') for key in (mine - theirs).elements()),
        *((key[0], f'only at once: {" ".join(key)}') for key in (theirs - mine).elements())])]


def same_sums(books, other, how):
    """Books of two plans of the same facts."""
    out = []
    for world in books.worlds:
        tables = [play.table(each.transfers, world.prefix) for each in (books, other)]
        texts = differences(*tables)
        if texts:
            out.append(Failure(SUMS, world.prefix, texts, how))
    return out


def differences(mine, theirs):
    return [f'{" ".join(map(str, key))}: told apart {money(mine.get(key))}, at once {money(theirs.get(key))}'
            for key in sorted(set(mine) | set(theirs)) if mine.get(key) != theirs.get(key)]


def money(pair):
    total, held = pair or (0, 0)
    return so.show(total) + (f' (held {so.show(held)})' if held else '')


def same_nights(books, other, how):
    """The same batches in another order, nights merged otherwise: the same transfers night by night, and digests."""
    out, kinds = [], (*so.KINDS, 'deposit')
    for world in books.worlds:
        mine, theirs = (Counter(tuple(v for k, v in row.items() if k != 'run') for row in each.transfers
                                if row['carrier'].startswith(world.prefix) and row['kind'] in kinds)
                        for each in (books, other))
        if mine != theirs:
            out.append(Failure(TWIN, world.prefix, [
                *(f'only told so: {row}' for row in mine - theirs), *(f'only otherwise: {row}' for row in theirs - mine)], how))
    digests = [each.database.sql("SELECT business_date, encode(digest, 'hex') FROM settle.run_publication ORDER BY run_id")
               for each in (books, other)]
    if digests[0] != digests[1] and not out:
        out.append(Failure(TWIN, None, [f'{a} {b}' for a, b in zip(*digests) if a != b][:3] or ['more nights'], how))
    return out
