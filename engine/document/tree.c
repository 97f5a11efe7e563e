/* From the text of a YAML file to a tree of nodes with their places: libyaml does the scanning,
 * this file refuses what a person hardly meant (anchors, tags, two documents, keys given twice) and
 * says what was probably meant where the text is not well-formed. */
#include "document/tree.h"

#include "base/text.h"
#include "document/syntax.h"

#include <string.h>
#include <yaml.h>

void
settle_node_free(SettleNode *node)
{
    if (node == NULL)
        return;
    g_free(node->text);
    g_clear_pointer(&node->keys, g_ptr_array_unref);
    g_clear_pointer(&node->values, g_ptr_array_unref);
    g_free(node);
}

const SettleNode *
settle_node_get(const SettleNode *map, const char *key)
{
    /* what should be a map and is none has been told; nothing is in it */
    for (guint i = 0; map->keys != NULL && i < map->keys->len; i++)
        if (strcmp(((const SettleNode *) g_ptr_array_index(map->keys, i))->text, key) == 0)
            return g_ptr_array_index(map->values, i);
    return NULL;
}

const SettleNode *
settle_node_sound(const SettleNode *map, const char *key)
{
    const SettleNode *node = settle_node_get(map, key);

    return node != NULL && !node->faulty ? node : NULL;
}

SettlePlace
settle_node_place(const SettleNode *node)
{
    return (SettlePlace){node->line, node->column, node->width};
}

void
settle_diagnose(SettleDiagnostics *diagnostics, SettleSeverity severity, const char *code,
                const SettleNode *node, const char *hint, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    settle_diagnose_with(diagnostics, severity, code, settle_node_place(node), hint, format,
                         arguments);
    va_end(arguments);
}

typedef struct {
    yaml_parser_t parser;
    SettleDiagnostics *diagnostics;
    const char *what; /* "policy" */
    const char *text;
    size_t length;
    guint n_nodes;
    gboolean failed; /* beyond recovery: reading stops */
} Reading;

static void fail(Reading *reading, const char *code, const yaml_mark_t *mark, const char *hint,
                 const char *format, ...) G_GNUC_PRINTF(5, 6);

static void
fail(Reading *reading, const char *code, const yaml_mark_t *mark, const char *hint,
     const char *format, ...)
{
    SettleNode place = {
        .line = (guint) mark->line + 1, .column = (guint) mark->column + 1, .width = 1};
    g_autofree char *message = NULL;
    va_list arguments;

    va_start(arguments, format);
    message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    settle_diagnose(reading->diagnostics, SETTLE_SEVERITY_ERROR, code, &place, hint, "%s", message);
    reading->failed = TRUE;
}

static SettleNode *
node_new(SettleNodeKind kind, const yaml_event_t *event)
{
    SettleNode *node = g_new0(SettleNode, 1);

    node->kind = kind;
    node->line = (guint) event->start_mark.line + 1;
    node->column = (guint) event->start_mark.column + 1;
    node->width = event->end_mark.line == event->start_mark.line &&
                          event->end_mark.column > event->start_mark.column
                      ? (guint) (event->end_mark.column - event->start_mark.column)
                      : 1;
    if (kind == SETTLE_NODE_MAP)
        node->keys = g_ptr_array_new_with_free_func((GDestroyNotify) settle_node_free);
    if (kind != SETTLE_NODE_SCALAR)
        node->values = g_ptr_array_new_with_free_func((GDestroyNotify) settle_node_free);
    return node;
}

/* libyaml says which sign it wanted where reading ended. People are told what they probably did,
 * and where. */
static void
fail_form(Reading *reading, yaml_mark_t mark)
{
    const yaml_parser_t *parser = &reading->parser;
    const char *problem = parser->problem != NULL ? parser->problem : "out of memory";
    const char *context = parser->context != NULL ? parser->context : "";
    const yaml_mark_t *opened = &parser->context_mark;
    g_autofree char *hint = NULL;
    SettleSlip slip;

    if (settle_syntax_slip(reading->text, reading->length, (guint) mark.line + 1,
                           strstr(problem, "mapping values") != NULL, &slip)) {
        yaml_mark_t place = {.line = slip.line - 1, .column = slip.column - 1};

        fail(reading, "P001", &place, slip.hint, "this is not well-formed: %s", slip.message);
        return;
    }
    if (strstr(context, "quoted scalar") != NULL) {
        fail(reading, "P001", opened, "close it at the end of the text, in the same line",
             "this is not well-formed: a quote is opened here and never closed");
        return;
    }
    if (strstr(context, "flow") != NULL)
        hint = g_strdup_printf(
            "the bracket or brace opened in line %zu, column %zu, is not closed before this",
            opened->line + 1, opened->column + 1);
    else if (strstr(context, "block") != NULL || strstr(problem, "mapping values") != NULL)
        hint = g_strdup("look at the line before, too: keys that belong together begin in the same "
                        "column, and each rule begins with \"- \"");
    fail(reading, "P001", &mark, hint, "this is not well-formed: %s", problem);
}

/* libyaml counts characters where it stumbles over bytes: the offset says where that is. */
static void
fail_syntax(Reading *reading)
{
    const yaml_parser_t *parser = &reading->parser;
    yaml_mark_t mark = parser->problem_mark;

    if (parser->error == YAML_READER_ERROR) {
        gboolean control = parser->problem != NULL && strstr(parser->problem, "control") != NULL;

        mark.line = mark.column = 0;
        for (size_t i = 0; i < parser->problem_offset && i < reading->length; i++) {
            /* the bytes after a character's first are no columns */
            mark.column += (reading->text[i] & 0xC0) != 0x80;
            if (reading->text[i] == '\n') {
                mark.line++;
                mark.column = 0;
            }
        }
        fail(reading, "P007", &mark, control ? NULL : "save the file as UTF-8",
             "the text is not valid here: %s",
             parser->problem != NULL ? parser->problem : "unreadable");
        return;
    }
    fail_form(reading, mark);
}

static gboolean
next(Reading *reading, yaml_event_t *event)
{
    if (!yaml_parser_parse(&reading->parser, event)) {
        fail_syntax(reading);
        return FALSE;
    }
    return TRUE;
}

static gboolean
is_plain(Reading *reading, const yaml_event_t *event, const yaml_char_t *anchor,
         const yaml_char_t *tag)
{
    if (anchor != NULL || tag != NULL) {
        fail(reading, "P003", &event->start_mark, "write the value out where it is needed",
             "anchors and tags are not part of the %s language", reading->what);
        return FALSE;
    }
    return TRUE;
}

static SettleNode *read_node(Reading *reading, yaml_event_t *event, guint depth);

/* What cannot be seen makes another code of one that looks right. Line ends are the form's matter.
 */
static gboolean
is_seen(Reading *reading, const yaml_event_t *event, const char *text, size_t length)
{
    size_t at = 0, further = 0;
    gunichar character = 0;

    while (settle_text_unseen(text + at, length - at, &further, &character)) {
        if (character < 0x80) {
            at += further + 1;
            continue;
        }
        fail(reading, "P007", &event->start_mark, "write it again by hand",
             "a text must not contain U+%04X, which nobody sees", character);
        return FALSE;
    }
    return TRUE;
}

static SettleNode *
read_scalar(Reading *reading, yaml_event_t *event)
{
    const char *text = (const char *) event->data.scalar.value;
    size_t length = event->data.scalar.length;
    SettleNode *node;

    if (!is_plain(reading, event, event->data.scalar.anchor, event->data.scalar.tag))
        return NULL;
    if (memchr(event->data.scalar.value, '\0', event->data.scalar.length) != NULL) {
        fail(reading, "P007", &event->start_mark, NULL, "a text must not contain a NUL character");
        return NULL;
    }
    settle_text_trim(&text, &length); /* outer blanks are no part of a code here, either */
    if (!is_seen(reading, event, text, length))
        return NULL;
    node = node_new(SETTLE_NODE_SCALAR, event);
    node->text = g_strndup(text, length);
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return node;
}

/* known: the map's keys so far; looking through the map itself would take hours for a hostile one.
 */
static void
add_pair(Reading *reading, SettleNode *map, GHashTable *known, SettleNode *key, SettleNode *value)
{
    if (!g_hash_table_add(known, key->text))
        settle_diagnose(reading->diagnostics, SETTLE_SEVERITY_ERROR, "P004", key, NULL,
                        "\"%s\" is given twice", key->text);
    if (!key->quoted && strcmp(key->text, "<<") == 0)
        settle_diagnose(reading->diagnostics, SETTLE_SEVERITY_ERROR, "P003", key,
                        "write the value out where it is needed",
                        "merging with << is not part of the %s language", reading->what);
    g_ptr_array_add(map->keys, key);
    g_ptr_array_add(map->values, value);
}

static SettleNode *
read_map(Reading *reading, yaml_event_t *start, guint depth)
{
    g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
    SettleNode *map;

    if (!is_plain(reading, start, start->data.mapping_start.anchor, start->data.mapping_start.tag))
        return NULL;
    map = node_new(SETTLE_NODE_MAP, start);
    while (!reading->failed) {
        yaml_event_t event;
        SettleNode *key, *value = NULL;
        gboolean end;

        if (!next(reading, &event))
            break;
        end = event.type == YAML_MAPPING_END_EVENT;
        if (!end && event.type != YAML_SCALAR_EVENT && event.type != YAML_ALIAS_EVENT)
            fail(reading, "P006", &event.start_mark, NULL, "a key must be a plain word");
        key = end || reading->failed ? NULL : read_node(reading, &event, depth + 1);
        yaml_event_delete(&event);
        if (end)
            break;
        if (key != NULL && next(reading, &event)) {
            value = read_node(reading, &event, depth + 1);
            yaml_event_delete(&event);
        }
        if (value != NULL)
            add_pair(reading, map, known, key, value);
        else
            settle_node_free(key);
    }
    return map;
}

static SettleNode *
read_list(Reading *reading, yaml_event_t *start, guint depth)
{
    SettleNode *list;

    if (!is_plain(reading, start, start->data.sequence_start.anchor,
                  start->data.sequence_start.tag))
        return NULL;
    list = node_new(SETTLE_NODE_LIST, start);
    while (!reading->failed) {
        yaml_event_t event;
        SettleNode *item;
        gboolean end;

        if (!next(reading, &event))
            break;
        end = event.type == YAML_SEQUENCE_END_EVENT;
        item = end ? NULL : read_node(reading, &event, depth + 1);
        yaml_event_delete(&event);
        if (end)
            break;
        if (item != NULL)
            g_ptr_array_add(list->values, item);
    }
    return list;
}

static SettleNode *
read_node(Reading *reading, yaml_event_t *event, guint depth)
{
    if (++reading->n_nodes > SETTLE_DOCUMENT_NODES_MAX) {
        fail(reading, "P002", &event->start_mark, NULL, "a %s has at most %d values", reading->what,
             SETTLE_DOCUMENT_NODES_MAX);
        return NULL;
    }
    if (depth > SETTLE_DOCUMENT_DEPTH_MAX) {
        fail(reading, "P002", &event->start_mark, NULL, "values are nested at most %d deep",
             SETTLE_DOCUMENT_DEPTH_MAX);
        return NULL;
    }
    if (event->type == YAML_SCALAR_EVENT)
        return read_scalar(reading, event);
    if (event->type == YAML_MAPPING_START_EVENT)
        return read_map(reading, event, depth);
    if (event->type == YAML_SEQUENCE_START_EVENT)
        return read_list(reading, event, depth);
    fail(reading, "P003", &event->start_mark, "write the value out where it is needed",
         "aliases are not part of the %s language", reading->what);
    return NULL;
}

static SettleNode *
read_document(Reading *reading)
{
    yaml_event_t event;
    SettleNode *top = NULL;
    gboolean more = TRUE;

    while (more && !reading->failed && next(reading, &event)) {
        switch ((int) event.type) {
        case YAML_STREAM_START_EVENT:
        case YAML_DOCUMENT_START_EVENT:
            if (event.type == YAML_DOCUMENT_START_EVENT && top != NULL)
                fail(reading, "P005", &event.start_mark, "put it into a file of its own",
                     "a second document starts here");
            break;
        case YAML_DOCUMENT_END_EVENT:
            break;
        case YAML_STREAM_END_EVENT:
            more = FALSE;
            if (top == NULL)
                fail(reading, "P005", &event.start_mark, NULL, "there is no %s in this file",
                     reading->what);
            break;
        default:
            top = read_node(reading, &event, 1);
            break;
        }
        yaml_event_delete(&event);
    }
    return top;
}

SettleNode *
settle_tree_read(const char *text, size_t length, const char *what, SettleDiagnostics *diagnostics)
{
    Reading reading = {.diagnostics = diagnostics, .what = what, .text = text, .length = length};
    yaml_mark_t start = {0};
    SettleNode *top;

    if (length > SETTLE_DOCUMENT_BYTES_MAX) {
        fail(&reading, "P002", &start, NULL, "a %s has at most %d bytes", what,
             SETTLE_DOCUMENT_BYTES_MAX);
        return NULL;
    }
    /* with the encoding set, libyaml takes a byte order mark for text */
    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        reading.text += 3;
        reading.length -= 3;
    }
    if (!yaml_parser_initialize(&reading.parser))
        g_error("out of memory");
    yaml_parser_set_input_string(&reading.parser, (const unsigned char *) reading.text,
                                 reading.length);
    yaml_parser_set_encoding(&reading.parser, YAML_UTF8_ENCODING);
    top = read_document(&reading);
    yaml_parser_delete(&reading.parser);
    if (!reading.failed && top != NULL && top->kind != SETTLE_NODE_MAP) {
        settle_diagnose(diagnostics, SETTLE_SEVERITY_ERROR, "P006", top, NULL,
                        "the file is no list of keys with values");
        reading.failed = TRUE;
    }
    if (reading.failed)
        g_clear_pointer(&top, settle_node_free);
    return top;
}
