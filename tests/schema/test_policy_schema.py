#!/usr/bin/env python3
"""The JSON Schema that editors check by, against the loader: what the loader takes, the schema takes;
what a person is likely to mistype, both refuse. JSON Schema by ajv (node-ajv), YAML by PyYAML."""
import json
import os
import re
import subprocess
import sys
import tempfile

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, '..', '..')
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

    def ajv(self, documents, schema=None):
        """For each document, given as YAML or as what it reads as, what ajv has against it."""
        read = [yaml.load(d, Reader) if isinstance(d, str) else d for d in documents]
        result = subprocess.run(
            ['node', os.path.join(HERE, 'ajv.js')], stdout=subprocess.PIPE, check=True, text=True,
            input=json.dumps({'schema': schema or self.schema, 'documents': read}),
            env={**os.environ, 'NODE_PATH': '/usr/share/nodejs'})
        return json.loads(result.stdout)

    def loads(self, text):
        with tempfile.NamedTemporaryFile('w', suffix='.yaml', encoding='utf-8') as file:
            file.write(text)
            file.flush()
            code, out, err = settle('policy', 'check', file.name)
            self.assertIn(code, (0, 3), err)
            return code == 0, out

    def test_shipped(self):
        folders = [os.path.join(ROOT, *path) for path in
                   (('rules',), ('fixtures', 'policies'), ('tests', 'fuzz', 'corpus'))]
        texts = {}
        for folder in folders:
            for name in sorted(os.listdir(folder)):
                if name.endswith('.yaml'):
                    with open(os.path.join(folder, name), encoding='utf-8') as file:
                        text = file.read()
                    # what the fuzzer found is kept in its corpus, and is mostly no policy
                    if folder != folders[-1] or self.loads(text)[0]:
                        texts[os.path.join(folder, name)] = text
        self.assertGreaterEqual(len(texts), 10)
        for name, errors in zip(texts, self.ajv(texts.values())):
            self.assertEqual(errors, [], name)

    def test_mistyped(self):
        for text, errors in zip(MISTYPED, self.ajv(MISTYPED)):
            with self.subTest(text):
                good, out = self.loads(text)
                self.assertFalse(good, out)
                self.assertNotEqual(errors, [])

    def test_bad_documents(self):
        """Of the documents that the loader's own tests refuse, those that are YAML at all."""
        table = subprocess.run([os.environ['SETTLE_BAD_DOCUMENTS'], '--documents'],
                               stdout=subprocess.PIPE, check=True).stdout
        documents = []
        for document in json.loads(table):
            try:
                read = yaml.load(document, Reader)
                json.dumps(read, allow_nan=False)
                documents.append(read)
            except (yaml.YAMLError, ValueError, AttributeError, TypeError):
                pass  # an editor tells that without a schema
        refused = sum(errors != [] for errors in self.ajv(documents))
        self.assertGreaterEqual(len(documents), 150)
        self.assertGreaterEqual(refused, 100, f'of {len(documents)}')

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
                for key, value in yaml.load(line.removeprefix('- '), Reader).items():
                    if key not in schema['properties']:
                        continue
                    part = {'definitions': self.schema['definitions'], **schema['properties'][key]}
                    self.assertEqual(self.ajv([{'it': value}], {
                        'definitions': self.schema['definitions'], 'properties': {'it': part}}), [[]],
                        f'{section}.{key}: {value}')
                    n += 1
        self.assertGreater(n, 60)

    @staticmethod
    def reference_rows(page, section):
        titles = {'policy': 'The document', 'for': 'for: which orders', 'instalment': 'An instalment',
                  'condition': 'A condition (if)', 'test': 'A test (any, all)', 'example': 'An example',
                  'order': "An example's order", 'bill': "An example's bill",
                  'event': "An example's event"}
        start = page.index(f'\n## {titles.get(section, section)}\n')
        return [row for row in page[start + 4:].split('\n## ')[0].splitlines() if row.startswith('| `')]

    def reference_examples(self, section):
        page = settle('policy', 'reference', check=True)[1]
        return [row.rsplit('| `', 1)[1][:-3] for row in self.reference_rows(page, section)]


# What a document needs beside one key of a section to be whole: the text before and behind the keys, and
# the keys that are there unless they are that one or stand against it.
RULE = {'upfront': 'pay: 1.00', 'deferred': 'instalments: [{after: 3 months, day: 1, pay: 1.00}]',
        'revenue-share': 'base: cash, months: 1..12, rate: 5%',
        'volume-bonus': 'window: month, mode: whole, tiers: {1..: 1.00}'}
IN_UPFRONT = HEAD + 'contract: 12 months\nrules:\n- {upfront: u, pay: 1%, '
IN_INSTALMENT = HEAD + 'rules:\n- deferred: d\n  instalments: [{after: 6 months, day: 1, '
EXAMPLE = UPFRONT.replace('1.00', '0.00') + 'examples:\n- {example: e, earns: {}, '
AROUND = {
    'tax': (UPFRONT + 'tax: {', '}\n', 'rate: 6%'),
    'invoice': (UPFRONT + 'invoice: {', '}\n', ''),
    'for': (UPFRONT + 'groups: {south: [D001]}\n', '', ''),
    'instalment': (IN_INSTALMENT.replace('after: 6 months, day: 1, ', ''), '}]\n',
                   'after: 3 months, day: 1, pay: 1.00'),
    'by-bill': (IN_INSTALMENT + 'by-bill: {', '}}]\n', 'month: 3, bands: {10.00..: 5.00}'),
    'condition': (IN_INSTALMENT + 'pay: 1.00, if: [{', '}]}]\n', 'month: 1'),
    'test': (IN_INSTALMENT + 'pay: 1.00, if: [{month: 1, all: [{', '}]}]}]\n', ''),
    'clawback': (IN_UPFRONT + 'clawback: [{', '}]}\n', 'on: cancel'),
    'holdback': (IN_UPFRONT + 'holdback: {', '}}\n', 'share: 5%, days: 3'),
    'ceiling': (IN_UPFRONT + 'ceiling: {', '}}\n', 'window: month, amount: 1.00'),
    'split': (IN_UPFRONT + 'split: {', '}}\n', ''),
    'fraud-tolerance': (UPFRONT + 'fraud-tolerance: {', '}\n', 'share: 5%'),
    'order': (EXAMPLE + 'order: {', '}}\n', 'closed: 2026-03-15, paid: 1.00'),
    'bill': (EXAMPLE + 'order: {closed: 2026-03-15, paid: 1.00}, bills: [{', '}]}\n',
             'month: 1, billed: 100.00'),
    'event': (EXAMPLE + 'order: {closed: 2026-03-15, paid: 1.00}, events: [{', '}]}\n',
              'event: refund, on: 2026-05-01'),
}
AGAINST = [{'pay', 'by-amount', 'by-bill'}, {'rate', 'by-month', 'by-size'},
           {'month', 'each-month', 'months-together'}]


class EveryField(PolicySchema):
    """One good document for each key of the language: that of the reference page, put where it belongs."""

    test_shipped = test_mistyped = test_bad_documents = test_explained_line_by_line = None
    test_every_example_of_the_reference = None

    @staticmethod
    def without(pairs, key):
        """The pairs without that key and what stands against it."""
        gone = {key}.union(*(group for group in AGAINST if key in group))
        split = re.findall(r'([a-z-]+): ((?:\{[^}]*\}|\[[^]]*\]|[^,{\[])+)', pairs)
        return ', '.join(f'{k}: {v}' for k, v in split if k not in gone)

    def document(self, section, key, example):
        if section == 'policy':
            lines = [*HEAD.splitlines(), 'rules: [{upfront: activation, pay: 40.00}]']
            return '\n'.join([line for line in lines if not line.startswith(key + ':')] + [example]) + '\n'
        if section in RULE:
            name = f'{section}: x, ' if key != section else ''
            body = RULE[section].replace('whole', 'lump') if key == 'higher-tiers' else \
                self.without(RULE[section], key) if 'rate' not in RULE[section] or key != 'base' \
                else 'months: 1..12, rate: 5%'
            return HEAD + 'contract: 12 months\nrules:\n- {' + name + ', '.join(
                part for part in (body, example.removeprefix('- ')) if part) + '}\n'
        if section == 'example':
            return UPFRONT.replace('upfront: u', 'upfront: activation').replace('1.00', '40.00') + \
                '- deferred: quality\n  instalments: [{after: 1 month, day: 1, pay: 10.00}, ' \
                '{after: 2 months, day: 1, pay: 10.00}]\n' \
                '- {volume-bonus: activations, window: month, mode: whole, tiers: {1000..: 1.00}}\n' \
                'examples:\n- {' + ', '.join(
                    text for k, text in (
                        ('example', 'example: e'), ('order', 'order: {closed: 2026-03-15, paid: 59.00}'),
                        ('as-of', 'as-of: 2026-12-31'),
                        ('earns', 'earns: {activation: 40.00, quality: 20.00}'))
                    if k != key) .replace('as-of: 2026-12-31, ' if key == 'as-of' else '\0', '') + \
                ', ' + example.removeprefix('- ') + '}\n'
        before, behind, pairs = AROUND[section]
        if section == 'for':
            return before.replace('rules:\n', '').replace('- upfront: u\n  pay: 1.00\n', '') + \
                'rules:\n- upfront: u\n  pay: 1.00\n  for: {' + example + '}\n'
        inner = example[1:-1] if example.startswith('{') else example
        rest = self.without(pairs, key)
        for word in re.findall(r'([a-z-]+):', inner):
            rest = self.without(rest, word)
        return before + ', '.join(part for part in (rest, inner) if part) + behind

    def test_every_field(self):
        page = settle('policy', 'reference', check=True)[1]
        n = 0
        for section in {'policy': 0, **self.schema['definitions']}:
            for row in self.reference_rows(page, section):
                key, example = re.match(r'\| `([a-z-]+)`', row)[1], row.rsplit('| `', 1)[1][:-3]
                document = self.document(section, key, example)
                with self.subTest(f'{section}.{key}'):
                    good, out = self.loads(document)
                    self.assertTrue(good, f'{document}\n{out}')
                n += 1
        self.assertGreaterEqual(n, 120)


settle_test.main()
