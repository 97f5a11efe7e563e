"""The policy language as plain Python data: scalars stay text, as the document writes them.

write() turns such data into YAML for the engine; read() is the other direction for the small part of
YAML that policies use (block and flow collections, plain and quoted scalars, comments). The oracle
works on the data, never on what the engine made of the text.
"""


def _scalar_text(value):
    if isinstance(value, bool):
        return 'true' if value else 'false'
    text = str(value)
    plain = text and text[0] not in '&*!|>\'"%@`{}[],#?:- ' and text[-1] not in ' :' \
        and not any(mark in text for mark in (': ', ' #', '{', '}', '[', ']', ',', '"'))
    return text if plain else '"' + text.replace('\\', '\\\\').replace('"', '\\"') + '"'


def _flow(value):
    if isinstance(value, dict):
        return '{' + ', '.join(_scalar_text(k) + ': ' + _flow(v) for k, v in value.items()) + '}'
    if isinstance(value, list):
        return '[' + ', '.join(_flow(v) for v in value) + ']'
    return _scalar_text(value)


def write(policy):
    """YAML text of a policy: one line a term, instalments one a line."""
    lines = []
    for key, value in policy.items():
        if key != 'rules':
            lines.append(f'{key}: {_flow(value)}')
            continue
        lines.append('rules:')
        for rule in value:
            mark = '- '
            for term, content in rule.items():
                if term == 'instalments':
                    lines.append(f'{mark}{term}:')
                    lines += ['  - ' + _flow(each) for each in content]
                else:
                    lines.append(f'{mark}{term}: {_flow(content)}')
                mark = '  '
    return '\n'.join(lines) + '\n'


class _Flow:
    """Reads one flow value or scalar from text."""

    def __init__(self, text):
        self.text, self.at = text, 0

    def blank(self):
        while self.at < len(self.text) and self.text[self.at] in ' \n':
            self.at += 1

    def peek(self):
        self.blank()
        return self.text[self.at] if self.at < len(self.text) else ''

    def value(self, inside):
        first = self.peek()
        if first == '{':
            return self.mapping()
        if first == '[':
            return self.sequence()
        if first in ('"', "'"):
            return self.quoted(first)
        start = self.at
        while self.at < len(self.text):
            here = self.text[self.at]
            if inside and here in ',]}':
                break
            if here == ':' and (self.at + 1 == len(self.text) or self.text[self.at + 1] in ' \n'):
                break
            self.at += 1
        return self.text[start:self.at].strip()

    def quoted(self, mark):
        self.at += 1
        out = ''
        while self.text[self.at] != mark:
            if mark == '"' and self.text[self.at] == '\\':
                self.at += 1
            out += self.text[self.at]
            self.at += 1
        self.at += 1
        return out

    def mapping(self):
        self.at += 1
        out = {}
        while self.peek() != '}':
            key = self.value(True)
            if self.peek() != ':':
                raise ValueError(f'no colon after {key!r} in {self.text!r}')
            self.at += 1
            if key in out:
                raise ValueError(f'{key!r} twice in {self.text!r}')
            out[key] = self.value(True)
            if self.peek() == ',':
                self.at += 1
        self.at += 1
        return out

    def sequence(self):
        self.at += 1
        out = []
        while self.peek() != ']':
            out.append(self.value(True))
            if self.peek() == ',':
                self.at += 1
        self.at += 1
        return out


def _uncomment(line):
    quote = ''
    for at, here in enumerate(line):
        if quote:
            quote = '' if here == quote else quote
        elif here in '"\'' and (at == 0 or line[at - 1] in ' {[,'):
            quote = here
        elif here == '#' and (at == 0 or line[at - 1] == ' '):
            return line[:at].rstrip()
    return line.rstrip()


def _lines(text):
    """(indent, content) of each logical line: flow collections over several lines are joined."""
    out, depth = [], 0
    for raw in text.splitlines():
        line = _uncomment(raw)
        if not line.strip() or line.strip() == '---':
            continue
        content = line.strip()
        if depth:
            out[-1] = (out[-1][0], out[-1][1] + ' ' + content)
        else:
            out.append((len(line) - len(line.lstrip(' ')), content))
        depth += sum(content.count(c) for c in '{[') - sum(content.count(c) for c in '}]')
    return out


def _split_key(content):
    """(key, rest) if the content is `key: rest`, else None."""
    flow = _Flow(content)
    if content[0] in '{[':
        return None
    key = flow.value(False)
    if flow.at < len(content) and content[flow.at] == ':':
        return key, content[flow.at + 1:].strip()
    return None


def _block(lines, at, indent):
    if lines[at][1].startswith('- ') or lines[at][1] == '-':
        out = []
        while at < len(lines) and lines[at][0] == indent and lines[at][1].startswith('-'):
            inner = lines[at][1][1:]
            step = len(inner) - len(inner.lstrip(' ')) + 1
            if _split_key(inner.strip()) is None:
                out.append(_Flow(inner.strip()).value(False))
                at += 1
            else:
                lines[at] = (indent + step, inner.strip())
                value, at = _block(lines, at, indent + step)
                out.append(value)
        return out, at
    out = {}
    while at < len(lines) and lines[at][0] == indent and not lines[at][1].startswith('- '):
        key, rest = _split_key(lines[at][1])
        if key in out:
            raise ValueError(f'{key!r} twice')
        at += 1
        if rest:
            out[key] = _Flow(rest).value(False)
        elif at < len(lines) and (lines[at][0] > indent
                                  or lines[at][0] == indent and lines[at][1].startswith('-')):
            out[key], at = _block(lines, at, lines[at][0])
        else:
            raise ValueError(f'{key!r} has no value')
    return out, at


def read(text):
    lines = _lines(text)
    value, at = _block(lines, 0, lines[0][0])
    if at != len(lines):
        raise ValueError(f'cannot read: {lines[at][1]!r}')
    return value
