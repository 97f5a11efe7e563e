#!/usr/bin/env python3
"""Builds sql/queries/*.sql and sql/migrations/NNNN_*.sql into the program as C constants.

usage: embed-sql.py SQL_DIRECTORY OUT.c OUT.h DEPFILE

The depfile names the directories too, so that ninja runs this again when a file is added or
removed, without anybody listing the files. Outputs are touched only when they change."""
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


def read(path):
    with open(path, encoding='utf-8', newline='') as file:
        return file.read()


def write_if_changed(path, text):
    if not os.path.exists(path) or read(path) != text:
        with open(path, 'w', encoding='utf-8', newline='') as file:
            file.write(text)


def main(sql_directory, out_c, out_h, depfile):
    queries_directory = os.path.join(sql_directory, 'queries')
    migrations_directory = os.path.join(sql_directory, 'migrations')
    dependencies = [queries_directory, migrations_directory]
    queries, migrations = [], []

    for name in sorted(os.listdir(queries_directory)):
        if not name.endswith('.sql'):
            continue
        if not re.fullmatch(r'[a-z][a-z0-9-]*\.sql', name):
            sys.exit('%s: names of queries are lower-case letters, digits and dashes' % name)
        path = os.path.join(queries_directory, name)
        dependencies.append(path)
        text = query_text(read(path))
        if not text or text.endswith(';'):
            sys.exit('%s: one statement without a semicolon is expected' % path)
        queries.append((name[:-4], text))

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

    symbols = [(name, 'settle_sql_' + name.replace('-', '_'), text) for name, text in queries]

    header = [
        '/* Made by embed-sql.py from sql/: do not edit. */', '#pragma once', '',
        'typedef struct {', '    const char *name; /* of the file, without .sql */',
        '    const char *text;', '} SettleSqlQuery;',
        'typedef struct {', '    int number;', '    const char *name;', '    const char *text;',
        '} SettleSqlMigration;', '', '/* Both end with a NULL name. */',
        'extern const SettleSqlQuery settle_sql_queries[];',
        'extern const SettleSqlMigration settle_sql_migrations[];', '']
    header += ['extern const char %s[];' % symbol for _, symbol, _ in symbols]

    source = ['/* Made by embed-sql.py from sql/: do not edit. */', '#include "store/sql.h"', '',
              '#include <stddef.h>', '']
    for _, symbol, text in symbols:
        source += ['const char %s[] =' % symbol, literal(text) + ';', '']
    source += ['const SettleSqlQuery settle_sql_queries[] = {']
    source += ['    {"%s", %s},' % (name, symbol) for name, symbol, _ in symbols]
    source += ['    {NULL, NULL},', '};', '',
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
