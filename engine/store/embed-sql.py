#!/usr/bin/env python3
"""Builds sql/queries/*.sql, sql/tables.ini and sql/migrations/NNNN_*.sql into the program as C constants.

usage: embed-sql.py SQL_DIRECTORY OUT.c OUT.h DEPFILE

In a query :name stands for numbers that model/ lists, as :commission_kinds (read_constants()), or for the text of
sql/parts/name.sql, which several queries share: parameters in it have the same numbers in all of them.

The columns that a query returns become an enum of their places, SQL_QUERY_COLUMN: what has a name, by AS or by
itself. What one piece of C reads of several queries has a name of its own: each says "-- Columns as SHAPE", and
SQL_SHAPE_COLUMN are those that all of them begin with. Whether the names are those that a server sees is a test
(tests/db/test_sql.py).

The depfile names the directories too, so that ninja runs this again when a file is added or
removed, without anybody listing the files. Outputs are touched only when they change."""
import configparser
import os
import re
import sys


def literal(text):
    """The text as C string literals, one a line."""
    escapes = {'\\': '\\\\', '"': '\\"', '\n': '\\n', '\t': '\\t'}
    lines = []
    for line in text.splitlines(keepends=True):
        encoded = ''
        for char in line:
            if char in escapes:
                encoded += escapes[char]
            elif char == '?':
                encoded += '\\?'  # no trigraphs
            elif ' ' <= char <= '~':
                encoded += char
            else:
                encoded += ''.join('\\%03o' % byte for byte in char.encode())
        lines.append('    "%s"' % encoded)
    return '\n'.join(lines)


def query_text(text):
    """Without whole-line comments: they are for readers of the file, not for every execution."""
    lines = [line.rstrip() for line in text.splitlines() if not line.lstrip().startswith('--')]
    return '\n'.join(line for line in lines if line)


CONSTANT = re.compile(r'(?<![:\w]):([a-z_]+)\b')


def read_constants(model):
    """What queries write as :name, from the lists of kinds in the headers of model/: numbers and names that are stored."""
    constants, lists = {}, {}
    for line in read(os.path.join(model, 'kind.h')).splitlines():
        start = re.match(r'#define SETTLE_(DUE|BILL|WINDOW|OTHER)_KINDS\(', line)
        if start:
            lists[current := start[1].lower()] = []
        for number, symbol in re.findall(r'KIND\((\d+), ([A-Z_]+), \w+, "', line):
            lists[current].append(int(number))
            constants[symbol.lower() + '_kind'] = number
    lists['order'] = lists['due'] + lists['bill']
    lists['commission'] = lists['order'] + lists['window']
    lists['all'] = lists['commission'] + lists['other']
    constants.update({name + '_kinds': ', '.join(map(str, numbers)) for name, numbers in lists.items()})
    sorts = {'all': [], 'master': [], 'fact': [], 'of_order': [], 'of_carrier': []}
    for name, sort in re.findall(r'KIND\([A-Z_]+, \w+, "([a-z-]+)", ([A-Z_]+),', read(os.path.join(model, 'file-kind.h'))):
        for of in {'all', sort.lower(), 'master' if sort == 'MASTER' else 'fact'}:
            sorts[of].append("'%s'" % name)
    constants.update({sort + '_files': ', '.join(names) for sort, names in sorts.items()})
    for name, number in re.findall(r'KIND\([A-Z_]+, \w+, "([a-z-]+)", \w+, \d+, \w+, \w+, (\d+),',
                                   read(os.path.join(model, 'file-kind.h')).replace('\\\n', ' ')):
        constants[name + '_fact'] = number
    for symbol, number in re.findall(r'SETTLE_EVENT_KIND_(\w+) = (\d+)', read(os.path.join(model, 'facts.h'))):
        constants[symbol.lower() + '_event'] = number
    return constants, lists['all']


def with_constants(path, text, constants, kinds):
    """A line with :each_kind stands once for each kind."""
    lines = []
    for line in text.split('\n'):
        lines += [line.replace(':each_kind', str(kind)) for kind in kinds] if ':each_kind' in line else [line]
    unknown = set(CONSTANT.findall('\n'.join(lines))) - set(constants)
    if unknown:
        sys.exit('%s: there is no :%s; known are %s' % (path, min(unknown), ', '.join(sorted(constants))))
    return CONSTANT.sub(lambda match: constants[match[1]], '\n'.join(lines))


TOKEN = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|\$\d+|::|[A-Za-z_][A-Za-z_0-9]*|[^\s]")
NAME = re.compile(r'(?!(?i:null|true|false)$)[A-Za-z_][A-Za-z_0-9]*$')
# What ends the list of a SELECT.
AFTER_LIST = {'FROM', 'WHERE', 'GROUP', 'HAVING', 'WINDOW', 'UNION', 'EXCEPT', 'INTERSECT', 'ORDER', 'LIMIT', 'FOR'}


def list_begin(words):
    """Where the list of what a statement returns begins: after its own SELECT, or RETURNING. None: it has none."""
    depth, begin = 0, None
    for i, word in enumerate(words):
        depth += (word in '([') - (word in ')]')
        if depth == 0 and (word == 'RETURNING' or (word == 'SELECT' and begin is None and words[0] in ('SELECT', 'WITH'))):
            begin = i + 1
    if begin is None or words[begin] != 'DISTINCT':
        return begin
    begin += 1
    if words[begin] == 'ON':
        begin, depth = begin + 2, 1
        while depth > 0:
            depth += (words[begin] == '(') - (words[begin] == ')')
            begin += 1
    return begin


def item_name(item):
    """What the server calls an item of the list, or None: it has no name of its own, or none that is sure."""
    if len(item) > 2 and item[-2].upper() == 'AS':
        return item[-1].strip('"')
    while len(item) > 2 and item[-2] == '::':
        item = item[:-2]
    if len(item) % 2 == 1 and all(NAME.match(word) if i % 2 == 0 else word == '.' for i, word in enumerate(item)):
        return item[-1]
    return None


def returned_columns(text):
    """The names of the columns that a statement returns, None where one has none; None: not known, or no rows."""
    tokens = TOKEN.findall(text.lstrip('('))
    begin = list_begin([token.upper() for token in tokens])
    if begin is None:
        return None
    items, item, depth, case = [], [], 0, 0
    for place, token in enumerate(tokens[begin:], begin):
        word = token.upper()
        depth += (word in ('(', '[')) - (word in (')', ']'))
        case += (word == 'CASE') - (word == 'END')
        if depth == 0 and case == 0 and word in AFTER_LIST and (word != 'FROM' or item[-1:] != ['DISTINCT']):
            if item == ['*'] and not items and tokens[place + 1] == '(':
                return returned_columns(' '.join(tokens[place + 2:]))  # SELECT * FROM (SELECT ...
            break
        if depth == 0 and token == ',':
            items.append(item)
            item = []
        else:
            item.append(token)
    names = [item_name(item) for item in items + [item]]
    if any(item and item[-1] == '*' and len(item) in (1, 3) for item in items + [item]):
        return None
    return [name if names.count(name) == 1 else None for name in names]


def enum_of(name, names):
    """C: the places of the named columns, or nothing."""
    prefix = 'SQL_' + name.replace('-', '_').upper() + '_'
    lines = ['    %s%s = %d,' % (prefix, column.upper(), place) for place, column in enumerate(names or []) if column]
    return ['enum {', *lines, '};'] if lines else []


def read(path):
    with open(path, encoding='utf-8', newline='') as file:
        return file.read()


def write_if_changed(path, text):
    if not os.path.exists(path) or read(path) != text:
        with open(path, 'w', encoding='utf-8', newline='') as file:
            file.write(text)


LEADING = {'batch': 'batch_id', 'chunk': 'run_id, distributor_id', 'statement': 'position::integer'}


def read_tables(path):
    """[(name, of, columns, apart, copy, verify)] of tables.ini; verify is None where rows have no sums."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(read(path))
    tables = []
    for name in parser.sections():
        table = dict(parser[name])
        of = table.pop('of')
        lists = {what: re.split(r',\s*', table.pop(what, '').strip()) if what in table else []
                 for what in ('key', 'columns', 'apart')}
        columns, apart = lists['columns'], lists['apart']
        if table or of not in ('digest', *LEADING) or not columns:
            sys.exit('%s: [%s] has entries that are not known' % (path, name))
        if not set(lists['key']) <= set(columns) or len(set(columns + apart)) != len(columns + apart):
            sys.exit('%s: [%s] has a column twice, or a key that is not summed' % (path, name))
        if apart and (columns[-1] != 'commitment' or apart[0] != 'salt' or len(apart) < 2 or of not in LEADING):
            sys.exit('%s: [%s] has texts apart: commitment is the last column, salt the first apart' % (path, name))
        copy = 'COPY settle.%s (%s) FROM STDIN (FORMAT binary)' % (name, ', '.join(columns + apart))
        verify = None
        if of in LEADING:
            verify = 'SELECT %s, %s\n  FROM settle.%s t\n ORDER BY %s' % (
                LEADING[of], ', '.join(columns + apart), name, ', '.join('t.' + column for column in lists['key']))
        tables.append((name, of, columns, apart, copy, verify))
    return tables


def read_parts(sql_directory, constants, kinds):
    """{name: text}: what queries share."""
    folder = os.path.join(sql_directory, 'parts')
    parts = {}
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
        if not re.fullmatch(r'[a-z][a-z_]*\.sql', name) or name[:-4] in constants:
            sys.exit('%s: names of parts are lower-case letters and underscores, and no other :name' % name)
        path = os.path.join(folder, name)
        parts[name[:-4]] = with_constants(path, query_text(read(path)), constants, kinds)
    return parts


def read_queries(sql_directory):
    """[(name, text, shapes of its columns, path)] of tables.ini, without a path, and of queries/."""
    folder = os.path.join(sql_directory, 'queries')
    constants, kinds = read_constants(os.path.normpath(os.path.join(sql_directory, '..', '..', 'model')))
    constants.update(read_parts(sql_directory, constants, kinds))
    queries = []
    for name, _, _, _, copy, verify in read_tables(os.path.join(sql_directory, 'tables.ini')):
        queries.append(('copy-' + name.replace('_', '-'), copy, [], None))
        if verify is not None:
            queries.append(('verify-' + name.replace('_', '-'), verify, [], None))
    for name in sorted(os.listdir(folder)):
        if not name.endswith('.sql'):
            continue
        if not re.fullmatch(r'[a-z][a-z0-9-]*\.sql', name):
            sys.exit('%s: names of queries are lower-case letters, digits and dashes' % name)
        path = os.path.join(folder, name)
        text = query_text(read(path))
        if not text or text.endswith(';'):
            sys.exit('%s: one statement without a semicolon is expected' % path)
        said = re.findall(r'^-- Columns as (.*)$', read(path), re.M)
        queries.append((name[:-4], with_constants(path, text, constants, kinds), re.split(r', *', said[0]) if said else [],
                        path))
    return queries


def read_shapes(queries):
    """{shape: names}: the columns that all queries of a shape begin with."""
    shapes = {}
    for name, text, said, path in queries:
        for shape in said:
            columns = returned_columns(text) or []
            there = shapes.setdefault(shape, columns)
            n = 0
            while n < min(len(columns), len(there)) and columns[n] is not None and columns[n] == there[n]:
                n += 1
            shapes[shape] = columns[:n]
            if n == 0 or shape in (other for other, *_ in queries):
                sys.exit('%s: nothing in common with others of "Columns as %s", or a query is called so' % (path, shape))
    return shapes


def main(sql_directory, out_c, out_h, depfile):
    queries_directory = os.path.join(sql_directory, 'queries')
    migrations_directory = os.path.join(sql_directory, 'migrations')
    tables_file = os.path.join(sql_directory, 'tables.ini')
    model = os.path.normpath(os.path.join(sql_directory, '..', '..', 'model'))
    parts_directory = os.path.join(sql_directory, 'parts')
    dependencies = [queries_directory, parts_directory, migrations_directory, tables_file,
                    *(os.path.join(parts_directory, name) for name in os.listdir(parts_directory)),
                    *(os.path.join(model, name) for name in ('kind.h', 'file-kind.h', 'facts.h'))]
    migrations = []
    tables = read_tables(tables_file)

    dependencies += [path for *_, path in read_queries(sql_directory) if path is not None]
    queries = [(name, text) for name, text, *_ in read_queries(sql_directory)]

    for name in sorted(os.listdir(migrations_directory)):
        if not name.endswith('.sql'):
            continue
        match = re.fullmatch(r'(\d{4})_([a-z0-9_]+)\.sql', name)
        if not match:
            sys.exit('%s: migrations are named NNNN_what.sql' % name)
        path = os.path.join(migrations_directory, name)
        dependencies.append(path)
        migrations.append((int(match[1]), match[2], read(path)))
    if [number for number, _, _ in migrations] != list(range(len(migrations))):
        sys.exit('%s: numbers must be 0000, 0001, ... without gaps' % migrations_directory)

    if len(set(name for name, _ in queries)) != len(queries):
        sys.exit('%s: a query that tables.ini makes' % queries_directory)
    shapes = read_shapes(read_queries(sql_directory))
    symbols = [(name, 'settle_sql_' + name.replace('-', '_'), text) for name, text in queries]

    header = [
        '/* Made by embed-sql.py from sql/: do not edit. */', '#pragma once', '',
        'typedef struct {', '    const char *name; /* of the file, without .sql */',
        '    const char *text;', '} SettleSqlQuery;',
        'typedef struct {', '    int number;', '    const char *name;', '    const char *text;',
        '} SettleSqlMigration;',
        '/* A table that is written by COPY: sql/tables.ini. */',
        'typedef struct {',
        '    const char *name;',
        "    char of; /* 'b'atch, 'c'hunk, 's'tatement: of what it has row sums; 'd': digests */",
        '    int n_columns, n_apart; /* of the COPY; how many of them, the last ones, are not summed */',
        '    const char *columns;    /* those that are summed */',
        '    const char *copy, *verify; /* verify is NULL of what has no row sums */',
        '} SettleSqlTable;', '', '/* All end with a NULL name. */',
        'extern const SettleSqlTable settle_sql_tables[];',
        'extern const SettleSqlQuery settle_sql_queries[];',
        'extern const SettleSqlMigration settle_sql_migrations[];', '']
    for name, symbol, text in symbols:
        header += ['extern const char %s[];' % symbol, *enum_of(name, returned_columns(text))]
    for shape, names in shapes.items():
        header += ['/* Of all queries that say "Columns as %s". */' % shape, *enum_of(shape, names)]

    source = ['/* Made by embed-sql.py from sql/: do not edit. */', '#include "store/sql.h"', '',
              '#include <stddef.h>', '']
    for _, symbol, text in symbols:
        source += ['const char %s[] =' % symbol, literal(text) + ';', '']
    source += ['const SettleSqlQuery settle_sql_queries[] = {']
    source += ['    {"%s", %s},' % (name, symbol) for name, symbol, _ in symbols]
    source += ['    {NULL, NULL},', '};', '', 'const SettleSqlTable settle_sql_tables[] = {']
    for name, of, columns, apart, _, verify in tables:
        source += ['    {"%s", \'%s\', %d, %d,' % (name, of[0], len(columns + apart), len(apart)),
                   literal(', '.join(columns)) + ',',
                   '     settle_sql_copy_%s, %s},' % (name, 'settle_sql_verify_' + name if verify else 'NULL')]
    source += ['    {NULL, 0, 0, 0, NULL, NULL, NULL},', '};', '',
               'const SettleSqlMigration settle_sql_migrations[] = {']
    for number, name, text in migrations:
        source += ['    {%d, "%s",' % (number, name), literal(text) + '},']
    source += ['    {-1, NULL, NULL},', '};']

    write_if_changed(out_h, '\n'.join(header) + '\n')
    write_if_changed(out_c, '\n'.join(source) + '\n')
    with open(depfile, 'w', encoding='utf-8') as file:
        escaped = [path.replace(' ', '\\ ') for path in dependencies]
        file.write('%s %s: %s\n' % (out_c.replace(' ', '\\ '), out_h.replace(' ', '\\ '),
                                    ' '.join(escaped)))


if __name__ == '__main__':
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
