"""C sources as the checks of style read them: without comments, or without comments and literals."""
import re

COMMENT_OR_TEXT = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def blank(match):
    return re.sub(r'[^\n]', ' ', match.group())


def without_text(source):
    """Comments and literals blanked, lines kept; the files of includes are lost with them."""
    return COMMENT_OR_TEXT.sub(blank, source)


def without_comments(source):
    """Comments blanked, lines kept."""
    return COMMENT_OR_TEXT.sub(lambda match: match.group() if match.group()[0] in '"\'' else blank(match), source)


def comments(source):
    """(line, text) of each comment."""
    for match in COMMENT_OR_TEXT.finditer(source):
        if match.group()[0] == '/':
            yield line_of(source, match.start()), match.group()


def line_of(text, position):
    """The line of a position, from 1 on."""
    return text.count('\n', 0, position) + 1
