#!/usr/bin/env python3
"""The JSON Schema that editors check by, against the loader: what the loader takes, the schema takes;
what a person is likely to mistype, both refuse. JSON Schema by python3-jsonschema, YAML by PyYAML."""
import json
import os
import re
import sys
import tempfile

import jsonschema
import yaml

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
sys.path.insert(0, os.path.join(ROOT, 'tests', 'lib'))
import settle_test
from settle_test import settle


class Reader(yaml.SafeLoader):
    """As editors read, by YAML 1.2: days stay texts, and only true and false are booleans."""

    def construct_mapping(self, node, deep=False):
        """Keys as they are written: 19.00 is not 19.0."""
        return {key.value: self.construct_object(value, deep=True) for key, value in node.value}


Reader.yaml_implicit_resolvers = {
    first: [(tag, regex) for tag, regex in resolvers
            if tag not in ('tag:yaml.org,2002:timestamp', 'tag:yaml.org,2002:bool')]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}
Reader.add_implicit_resolver('tag:yaml.org,2002:bool', re.compile('^(true|false)$'), 'tf')

HEAD = 'policy: p\ncarrier: C\nversion: 1\nclosing: 2026-01-01..\ncurrency: CNY\n'
UPFRONT = HEAD + 'rules:\n- upfront: u\n  pay: 1.00\n'
# A document that both refuse.
MISTYPED = [
    'carrier: C\n', UPFRONT + '  payy: 2.00\n', UPFRONT + 'colour: red\n', HEAD + 'rules: []\n',
    HEAD + 'rules: {}\n', HEAD.replace('2026-01-01..', 'soon') + 'rules:\n- upfront: u\n  pay: 1.00\n',
    HEAD.replace('CNY', 'yuan') + 'rules:\n- upfront: u\n  pay: 1.00\n',
    HEAD + 'rules:\n- upfront: u\n  pay: much\n', UPFRONT + '  withheld: yes please\n',
    UPFRONT + '  active-days: 367\n', UPFRONT + '  active-days: 1.5\n',
    UPFRONT + '  for: {clas: [plan]}\n', UPFRONT + '  for: {quantity: 1-5}\n', UPFRONT + '  for: {class: []}\n',
    UPFRONT + '  clawback: [{on: fraud}]\n', UPFRONT + '  clawback: [{on: cancel, within: 9 weeks}]\n',
    UPFRONT + '  clawback: [{on: cancel, take: some}]\n', UPFRONT + '  clawback: [{take: all}]\n',
    UPFRONT + '  holdback: {share: 5%}\n', UPFRONT + '  split: {outlet: 20%}\n',
    UPFRONT + '  ceiling: {window: week, amount: 1.00}\n', UPFRONT + '  payee: me\n',
    UPFRONT + 'tax: {rate: 6}\n', UPFRONT + 'invoice: {cycle: hourly}\n', UPFRONT + 'rounding: up\n',
    UPFRONT + 'on-port-out: nothing\n', UPFRONT + 'contract: a year\n',
    UPFRONT + 'fraud-tolerance: {count: 3}\n',
    HEAD + 'rules:\n- deferred: d\n  instalments: [{after: 3, day: 1, pay: 1.00}]\n',
    HEAD + 'rules:\n- deferred: d\n  instalments: [{after: 3 months, day: 32, pay: 1.00}]\n',
    HEAD + 'rules:\n- deferred: d\n  instalments: [{after: 3 months, day: 1, pay: 1.00, if: [activ]}]\n',
    HEAD + 'rules:\n- deferred: d\n  instalments: [{after: 3 months, day: 1, pay: 1.00, '
           'if: [{each-month: last, all: []}]}]\n',
    HEAD + 'rules:\n- revenue-share: s\n  base: bill\n  months: 1..2\n  rate: 5%\n',
    HEAD + 'rules:\n- revenue-share: s\n  base: cash\n  months: 1..2\n  by-month: {1: 5}\n',
    HEAD + 'rules:\n- volume-bonus: v\n  window: day\n  mode: whole\n  tiers: {1..: 1.00}\n',
    HEAD + 'rules:\n- volume-bonus: v\n  window: month\n  mode: whole\n  tiers: {}\n',
    UPFRONT + 'examples:\n- example: e\n  earns: {u: 1.00}\n',
    UPFRONT + 'examples:\n- example: e\n  order: {closed: 2026-03-15, paid: 1.00}\n  earns: {u: much}\n',
]


class PolicySchema(settle_test.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.schema = json.loads(settle('policy', 'schema', check=True)[1])
        jsonschema.Draft7Validator.check_schema(cls.schema)
        cls.validator = jsonschema.Draft7Validator(cls.schema)

    def loads(self, text):
        with tempfile.NamedTemporaryFile('w', suffix='.yaml', encoding='utf-8') as file:
            file.write(text)
            file.flush()
            code, out, err = settle('policy', 'check', file.name)
            self.assertIn(code, (0, 3), err)
            return code == 0, out

    def faults(self, text):
        return [error.message for error in self.validator.iter_errors(yaml.load(text, Reader))]

    def test_shipped(self):
        folders = [os.path.join(ROOT, *path) for path in
                   (('rules',), ('fixtures', 'policies'), ('tests', 'fuzz', 'corpus'))]
        n = 0
        for folder in folders:
            for name in sorted(os.listdir(folder)):
                if not name.endswith('.yaml'):
                    continue
                with open(os.path.join(folder, name), encoding='utf-8') as file:
                    text = file.read()
                with self.subTest(name):
                    self.assertEqual(self.faults(text), [])
                n += 1
        self.assertGreaterEqual(n, 10)

    def test_mistyped(self):
        for text in MISTYPED:
            with self.subTest(text):
                good, out = self.loads(text)
                self.assertFalse(good, out)
                self.assertNotEqual(self.faults(text), [])

    def test_explained_line_by_line(self):
        """The pieces of rules/EXPLAINED.md are the policies, whole: comments and examples aside."""
        with open(os.path.join(ROOT, 'rules', 'EXPLAINED.md'), encoding='utf-8') as file:
            page = file.read()
        for name in ('p1-voice-quality', 'p2-activity-gated', 'p3-online-sim'):
            pieces = ''.join(re.findall(r'```yaml ' + name + r'\n(.*?)```', page, re.S))
            with open(os.path.join(ROOT, 'rules', name + '.yaml'), encoding='utf-8') as file:
                lines = file.read().partition('\nexamples:\n')[0].splitlines(keepends=True)
            self.assertEqual(pieces, ''.join(line for line in lines if line.strip() and line[0] != '#'))

    def test_every_example_of_the_reference(self):
        """The examples of single keys are what the schema takes for these keys."""
        n = 0
        for section, schema in {'policy': self.schema, **self.schema['definitions']}.items():
            for line in self.reference_examples(section):
                document = yaml.load(line.removeprefix('- '), Reader)
                for key, value in document.items():
                    if key not in schema['properties']:
                        continue
                    with self.subTest(f'{section}.{key}: {value}'):
                        part = {'definitions': self.schema['definitions'], **schema['properties'][key]}
                        jsonschema.validate(value, part, cls=jsonschema.Draft7Validator)
                    n += 1
        self.assertGreater(n, 60)

    def reference_examples(self, section):
        titles = {'policy': 'The document', 'for': 'for: which orders', 'instalment': 'An instalment',
                  'condition': 'A condition (if)', 'test': 'A test (any, all)', 'example': 'An example',
                  'order': "An example's order", 'bill': "An example's bill",
                  'event': "An example's event"}
        page = settle('policy', 'reference', check=True)[1]
        start = page.index(f'\n## {titles.get(section, section)}\n')
        rows = page[start + 4:].split('\n## ')[0].splitlines()
        return [row.rsplit('| `', 1)[1].removesuffix('` |') for row in rows if row.startswith('| `')]


settle_test.main()
