"""A failing world as a shell script that stands by itself: files and commands of both ways of telling it, and what differs.

It wants SETTLE (the program), PGHOST and PGUSER (a superuser of a server to make two databases on);
tests/worlds/on-server runs it on a server of its own."""
import settle_test
from worlds import invariants, play
from worlds.plan import Activate, Import, Withdraw

HEAD = r"""#!/usr/bin/env bash
# {title}
# {seeds}
# SETTLE, PGHOST and PGUSER say where (tests/worlds/on-server bash THIS does). Ends with 1 if the fault is there.
set -eu
export PGOPTIONS='-c client_min_messages=warning'
cd "$(mktemp -d)"
begin() {{                                 # a database, its logins, and ids that can be compared
    export PGDATABASE=$1
    psql -Xqc "DROP DATABASE IF EXISTS $1" -c "CREATE DATABASE $1" postgres
    "$SETTLE" migrate >/dev/null
    psql -Xq <<'SQL'
{keys};
{logins}
SQL
}}
told() {{ "$SETTLE" import "$@" >/dev/null || [ $? -eq 7 ]; }}
wrong() {{                                 # two people withdraw the batch of a file; the next night takes it back
    batch=$(psql -XAtc "SELECT batch_id FROM settle.batch WHERE file_name = '$1'")
    PGUSER=settle_night "$SETTLE" batch withdraw "$batch" --reason wrong >/dev/null
    PGUSER=settle_finance "$SETTLE" batch approve "$batch" >/dev/null
}}
terms() {{
    PGUSER=settle_sales "$SETTLE" policy submit "$@" >/dev/null
    PGUSER=settle_finance "$SETTLE" policy activate "$@" >/dev/null
}}
night() {{ "$SETTLE" run --yes "$@" >/dev/null; }}
maybe() {{ "$@" >/dev/null 2>&1 || true; }}
cover() {{                                 # deposits pay for what distributors owe
    PGUSER=settle_night "$SETTLE" deposit post >/dev/null
    psql -XAtc "SELECT code FROM settle.code WHERE dim = 2" | while read -r code; do
        PGUSER=settle_finance maybe "$SETTLE" deposit cover --distributor "$code" --reason test </dev/null
    done
    PGUSER=settle_night "$SETTLE" deposit post >/dev/null
}}
# what every slot stands at: in all, and held
sums() {{
    "$SETTLE" --format csv ledger transfers | awk -F, 'NR > 1 && $5 ~ /^(upfront|deferred|revenue-share|volume-bonus)$/ {{
        key = $3 "," $4 "," $5 "," $7 "," $8 "," $9 "," $11; fen = $14 * 100
        if ($13 ~ /^(distributor|withheld)$/) net[key] += fen
        if ($12 ~ /^(distributor|withheld)$/) net[key] -= fen
        if ($13 == "held") held[key] += fen
        if ($12 == "held") held[key] -= fen
        seen[key] = 1 }}
        END {{ for (key in seen) if (net[key] || held[key]) printf "%s %.2f held %.2f\n", key, net[key] / 100, held[key] / 100 }}' | sort
}}
"""


def write(shrinker):
    """The script of a shrunk failure."""
    failure, world, plan = shrinker.failure, shrinker.world, shrinker.plan
    logins = '\n'.join(f"DO $$ BEGIN CREATE ROLE {login} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$; "
                       f'GRANT {group} TO {login};' for login, group in settle_test.LOGINS.items())
    out = [HEAD.format(title=failure.what + (f' ({failure.how})' if failure.how else ''),
                       seeds=f'world {world.seed} under plan {plan.seed}: ' + ' | '.join(failure.texts[:4]),
                       keys=settle_test.KEYS.strip(), logins=logins)]
    out += part('apart', plan.steps([world]), world)
    if failure.what in (invariants.SUMS, invariants.TWIN):
        out += ['sums >apart.txt' if failure.what == invariants.SUMS else transfers('apart')]
        out += part('otherwise', plan.reference([world], shrinker.how), world)
        out += ['sums >otherwise.txt' if failure.what == invariants.SUMS else transfers('otherwise'),
                'diff apart.txt otherwise.txt']
    else:
        out.append(ENDS.get(failure.what, '"$SETTLE" verify'))
    return '\n'.join(out) + '\n'


ENDS = {
    'a command': 'exit 0',
    'documents': '"$SETTLE" invoice list\n"$SETTLE" --format csv ledger transfers | grep ,invoice, && exit 1',
    'reconcile ledger': '"$SETTLE" reconcile ledger',
    'replay': '"$SETTLE" replay --run 1..',
    'balances': '"$SETTLE" ledger balances\n"$SETTLE" ledger transfers\nexit 1',
}


def transfers(name):
    return f'"$SETTLE" --format csv ledger transfers | cut -d, -f2- | sort >{name}.txt'


def part(name, steps, world):
    """The commands of one way of telling it."""
    out = ['', f'# --- {name}', f'begin worlds_{name}', f'mkdir {name}; cd {name}']
    number, files = 0, {}
    for step in steps:
        if isinstance(step, Import):
            number += 1
            file = files[id(step)] = f'{number:02d}-{step.kind}.csv'
            out += [f"cat >{file} <<'CSV'", play.csv_text(step).rstrip('\n'), 'CSV',
                    f'told {step.kind} {file} --date {step.date}']
        elif isinstance(step, Withdraw):
            out.append(f'wrong {files[id(step.told)]}')
        elif isinstance(step, Activate):
            names = []
            for policy in play.policy_texts(step.policies):
                names.append(f'policy-{len(names) + 1}.yaml')
                out += [f"cat >{names[-1]} <<'YAML'", policy.rstrip('\n'), 'YAML']
            out.append('terms ' + ' '.join(names))
        else:
            out += run(step)
    return [*out, 'cd ..']


def run(step):
    night = f'--date {step.date} --workers {step.workers} --chunk-facts {step.chunk}'
    out = [f'SETTLE_FAILPOINT={step.crash}:die maybe "$SETTLE" run --yes {night}'] * bool(step.crash) + [f'night {night}']
    if step.closing:
        out.append(f'PGUSER=settle_finance maybe "$SETTLE" period close {step.closing} --accept test')
    if step.cover:
        out.append('cover')
    if step.issue:
        out += [f'PGUSER=settle_finance maybe "$SETTLE" invoice approve --all-drafted --until {step.date} --yes',
                f'PGUSER=settle_night maybe "$SETTLE" invoice issue --all-approved --until {step.date} --yes']
    return out
