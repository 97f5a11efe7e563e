#!/usr/bin/env python3
"""What embed-sql.py and the calls in C say of a statement is what the server says: the names and the number of
columns of each, and that each call's letters are the types of its parameters."""
import importlib.machinery
import importlib.util
import os
import re
import subprocess

from probe import ProbeCase, settle_test

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
# engine/store/store.h "statements"
TYPES = {'i': 'integer', 'l': 'bigint', 'h': 'smallint', 'b': 'boolean', 's': 'text', 'y': 'bytea', 'd': 'date',
         'm': 'date', 'n': 'numeric', 'j': 'jsonb', 'I': 'integer[]', 'L': 'bigint[]', 'S': 'text[]', 'D': 'date[]'}


def load(path, name):
    loader = importlib.machinery.SourceFileLoader(name, os.path.join(ROOT, path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


EMBED, CHECK = load('engine/store/embed-sql.py', 'embed_sql'), load('tests/check-sql', 'check_sql')
STATEMENTS = {name: text for name, text in CHECK.statements(ROOT).items()
              if not re.match(r'(COPY|DO)\b', text)}


class Sql(ProbeCase):
    def psql(self, script):
        """What psql prints, a list of lines; what fails is a line that begins with ERROR."""
        result = subprocess.run(['psql', '-XqAt', '-F', '\t', '-v', 'VERBOSITY=terse', self.fresh().conninfo()],
                                input=script, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True,
                                timeout=300)
        return result.stdout.splitlines()

    def sections(self, script_of):
        """{name: lines} of what script_of(name) prints."""
        lines = self.psql(''.join(f'\\echo == {name}\n{script_of(name)}\n' for name in STATEMENTS))
        found, into = {}, None
        for line in lines:
            if line.startswith('== '):
                into = found.setdefault(line[3:], [])
            else:
                into.append(line)
        return found

    def test_columns(self):
        described = self.sections(lambda name: STATEMENTS[name] + ' \\gdesc')
        with_names = 0
        for name, text in STATEMENTS.items():
            ours = EMBED.returned_columns(text)
            if ours is None:
                continue
            theirs = [line.split('\t')[0] for line in described[name]]
            self.assertEqual([column if column is not None else theirs[place] for place, column in enumerate(ours)],
                             theirs, name)
            with_names += any(ours)
        self.assertGreater(with_names, 150)

    def test_parameters(self):
        """Prepared as the program does, with the types of the letters; and none is of another type than the server
        would take it for: an integer for a date, say. Integers of another width, and what is cast there, may be."""
        inferred = self.sections(lambda name: f'PREPARE p AS {STATEMENTS[name]};\n'
                                 'SELECT unnest(parameter_types) FROM pg_prepared_statements; DEALLOCATE ALL;')
        integers = {'smallint', 'integer', 'bigint', 'oid'}
        looked_at, script, wanted, wrong = 0, [], [], []
        for path, source in CHECK.sources(ROOT):
            for line, named, letters in CHECK.calls(source):
                for name in named:
                    place = f'{path}:{line}: {name} "{letters}"'
                    if name not in STATEMENTS:
                        continue
                    looked_at += 1
                    types = [TYPES[letter] for letter in letters]
                    self.assertEqual(len(types), len(inferred[name]), place)
                    for n, (given, taken) in enumerate(zip(types, inferred[name]), 1):
                        cast = given == 'text' and re.search(rf'\${n}::{taken}', STATEMENTS[name])
                        if not (given == taken or {given, taken} <= integers or cast):
                            wrong.append(f'{place}: {given} for {taken}, ${n}')
                    declared = f' ({", ".join(types)})' if types else ''
                    script.append(f'\\echo == {place}\nPREPARE p{declared} AS {STATEMENTS[name]};\nDEALLOCATE ALL;\n')
                    wanted.append(f'== {place}')
        self.assertEqual(wrong, [])
        self.assertEqual(self.psql(''.join(script)), wanted)
        self.assertGreater(looked_at, 200)


settle_test.main()
