/* The files of a night: which of those in the drop folder are taken in, and what becomes of each.
 */
#include "cli/night.h"

#include "base/failpoint.h"
#include "base/printable.h"
#include "cli/cli-intake.h"
#include "store/sql.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

/* A file to be taken in. */
typedef struct {
    const SettleManifestEntry *entry;
    SettleInboxSeen seen;
    const SettleNightTaken
        *lost; /* the database has lost it: read from done/; NULL: in the inbox */
} Item;

void
settle_night_tell(gboolean *finding, const char *file, const char *format, ...)
{
    g_autofree char *text = NULL, *shown = NULL;
    va_list arguments;

    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (file != NULL) {
        g_autofree char *whole = g_strdup_printf("%s: %s", file, text);

        shown = settle_printable(whole, -1);
    } else {
        shown = settle_printable(text, -1);
    }
    fflush(stdout);
    fprintf(stderr, "settle: %s\n", shown);
    *finding = TRUE;
}

/* What does not concern one file alone ends the night before anything is settled. */
static gboolean
is_fatal(const GError *error)
{
    if (error->domain != SETTLE_ERROR)
        return TRUE;
    switch ((SettleErrorCode) error->code) {
    case SETTLE_ERROR_INPUT:
    case SETTLE_ERROR_USAGE:
    case SETTLE_ERROR_OVERFLOW:
    case SETTLE_ERROR_LIMIT:
    case SETTLE_ERROR_STATE:
        return FALSE;
    case SETTLE_ERROR_DATABASE:
    case SETTLE_ERROR_CONNECTION:
    case SETTLE_ERROR_CONSTRAINT:
    case SETTLE_ERROR_LOCKED:
    case SETTLE_ERROR_IO:
    case SETTLE_ERROR_SETTINGS:
        return TRUE;
    }
    return TRUE;
}

/* --- what is to be taken in ------------------------------------------------------------------- */

static SettleManifest *
read_manifest(SettleNight *night)
{
    g_autofree char *text = NULL, *fault = NULL;
    g_autoptr(GError) error = NULL;
    SettleManifest *manifest;
    gsize length;

    switch (settle_inbox_read(night->inbox, SETTLE_NIGHT_MANIFEST, SETTLE_MANIFEST_MAX_BYTES, &text,
                              &length, &fault)) {
    case SETTLE_INBOX_THERE:
        break;
    case SETTLE_INBOX_ABSENT:
        settle_night_tell(&night->missing, NULL,
                          "there is no " SETTLE_NIGHT_MANIFEST ": no file is taken in");
        return NULL;
    case SETTLE_INBOX_CHANGING:
        settle_night_tell(&night->missing, SETTLE_NIGHT_MANIFEST, "%s: no file is taken in", fault);
        return NULL;
    case SETTLE_INBOX_UNREADABLE:
        settle_night_tell(&night->unreadable, SETTLE_NIGHT_MANIFEST, "%s: no file is taken in",
                          fault);
        return NULL;
    case SETTLE_INBOX_UNFIT:
    case SETTLE_INBOX_FAILED:
        settle_night_tell(&night->refused, SETTLE_NIGHT_MANIFEST, "%s: no file is taken in", fault);
        return NULL;
    }
    manifest = settle_manifest_parse(SETTLE_NIGHT_MANIFEST, text, length, &error);
    if (manifest == NULL) {
        g_auto(GStrv) lines = g_strsplit(error->message, "\n", 2);

        settle_night_tell(g_error_matches(error, SETTLE_ERROR, SETTLE_ERROR_STATE)
                              ? &night->missing
                              : &night->refused,
                          NULL, "%s: no file is taken in", lines[0]);
        if (lines[1] != NULL)
            fprintf(stderr, "%s\n", lines[1]);
    }
    return manifest;
}

/* Of names, kinds and dates: the places of those that the query answers. */
static SettleResult *
ask_entries(SettleStore *store, const char *sql, GPtrArray *entries, gboolean by_sha256,
            GError **error)
{
    guint n = entries->len;
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autofree const char **kinds = g_new(const char *, n + 1);
    g_autofree SettleDay *days = g_new(SettleDay, n + 1);

    for (guint i = 0; i < n; i++) {
        const SettleManifestEntry *entry = g_ptr_array_index(entries, i);
        char hex[SETTLE_DIGEST_BYTES * 2 + 1];

        settle_digest_hex(entry->sha256, hex);
        g_ptr_array_add(names, g_strdup(by_sha256 ? hex : entry->file));
        kinds[i] = settle_file_kind_name(entry->kind);
        days[i] = entry->date;
    }
    return settle_store_query(store, sql, error, "SSD", (const char *const *) names->pdata,
                              (size_t) n, kinds, (size_t) n, days, (size_t) n);
}

/* Files that were taken in and that the database does not know (any more). */
static gboolean
find_lost(SettleNight *night, GArray *items, GError **error)
{
    g_autoptr(GPtrArray) entries = g_ptr_array_new(), all = g_ptr_array_new();
    g_autoptr(SettleResult) rows = NULL;
    GHashTableIter iter;
    gpointer taken;

    g_hash_table_iter_init(&iter, night->state->by_name);
    while (g_hash_table_iter_next(&iter, NULL, &taken)) {
        g_ptr_array_add(all, taken);
        g_ptr_array_add(entries, ((const SettleNightTaken *) taken)->entry);
    }
    if (all->len == 0)
        return TRUE;
    rows = ask_entries(night->store, settle_sql_night_lost, entries, TRUE, error);
    if (rows == NULL)
        return FALSE;
    for (int i = 0; i < settle_result_rows(rows); i++) {
        const SettleNightTaken *lost =
            g_ptr_array_index(all, settle_result_i32(rows, i, SQL_NIGHT_FILE_PLACE_OF_FILE));
        Item item = {.entry = lost->entry, .lost = lost};

        g_array_append_val(items, item);
    }
    return TRUE;
}

/* Files that are named, not there, and not known to have been taken in. */
static gboolean
tell_absent(SettleNight *night, GPtrArray *absent, GError **error)
{
    g_autoptr(SettleResult) rows = NULL;

    if (absent->len == 0)
        return TRUE;
    rows = ask_entries(night->store, settle_sql_night_named, absent, FALSE, error);
    if (rows == NULL)
        return FALSE;
    for (int i = 0; i < settle_result_rows(rows); i++) {
        const SettleManifestEntry *entry =
            g_ptr_array_index(absent, settle_result_i32(rows, i, SQL_NIGHT_FILE_PLACE_OF_FILE));

        if (i < SETTLE_NIGHT_MOST_TOLD)
            settle_night_tell(&night->missing, entry->file,
                              "is named in the manifest but not there");
    }
    if (settle_result_rows(rows) > SETTLE_NIGHT_MOST_TOLD)
        settle_night_tell(&night->missing, NULL, "and %d more are not there",
                          settle_result_rows(rows) - SETTLE_NIGHT_MOST_TOLD);
    return TRUE;
}

/* Whether it was taken in as that line of the manifest says; then it need not be there any more. */
static gboolean
was_taken(const SettleNight *night, const SettleManifestEntry *entry)
{
    const SettleNightTaken *taken = g_hash_table_lookup(night->state->by_name, entry->file);

    return taken != NULL && taken->entry->kind == entry->kind && taken->entry->date == entry->date;
}

static gboolean
look_at_all(SettleNight *night, const SettleManifest *manifest, GArray *items, GError **error)
{
    g_autoptr(GPtrArray) absent = g_ptr_array_new();

    for (guint i = 0; i < manifest->faults->len; i++)
        settle_night_tell(&night->refused, NULL, "%s",
                          (const char *) g_ptr_array_index(manifest->faults, i));
    for (guint i = 0; i < manifest->entries->len; i++) {
        Item item = {.entry = g_ptr_array_index(manifest->entries, i)};
        const char *file = item.entry->file;
        g_autofree char *fault = NULL;

        switch (settle_inbox_look(night->inbox, file, &item.seen, &fault)) {
        case SETTLE_INBOX_THERE:
            if (item.entry->date > night->today + 1)
                settle_night_tell(&night->refused, file,
                                  "its business date is after tomorrow: it stays");
            else
                g_array_append_val(items, item);
            break;
        case SETTLE_INBOX_ABSENT:
            if (item.entry->date <= night->until && !was_taken(night, item.entry))
                g_ptr_array_add(absent, (gpointer) item.entry);
            break;
        case SETTLE_INBOX_UNREADABLE:
            settle_night_tell(&night->unreadable, file, "%s: it stays", fault);
            break;
        case SETTLE_INBOX_CHANGING:
        case SETTLE_INBOX_UNFIT:
        case SETTLE_INBOX_FAILED:
            settle_night_tell(&night->refused, file, "%s: it stays, and is not read", fault);
            break;
        }
    }
    return tell_absent(night, absent, error);
}

/* A file that was touched just now may still be written: it has to stay as it is for a while. */
static void
wait_until_quiet(SettleNight *night, GArray *items)
{
    gint64 now_s = g_get_real_time() / G_USEC_PER_SEC;
    gboolean wait = FALSE;

    for (guint i = 0; i < items->len; i++) {
        const Item *item = &g_array_index(items, Item, i);

        wait = wait || (item->lost == NULL && item->seen.changed.tv_sec + night->quiet_s >= now_s);
    }
    if (!wait || night->quiet_s == 0)
        return;
    g_usleep((gulong) night->quiet_s * G_USEC_PER_SEC);
    for (guint i = items->len; i-- > 0;) {
        const Item *item = &g_array_index(items, Item, i);
        SettleInboxSeen again;
        g_autofree char *fault = NULL;

        if (item->lost != NULL || (settle_inbox_look(night->inbox, item->entry->file, &again,
                                                     &fault) == SETTLE_INBOX_THERE &&
                                   settle_inbox_same(&item->seen, &again)))
            continue;
        settle_night_tell(&night->missing, item->entry->file, "is still being written: it stays");
        g_array_remove_index(items, i);
    }
}

/* What lies there and nobody names is not taken in; it is not forgotten either. */
static gboolean
tell_unnamed(SettleNight *night, const SettleManifest *manifest, GError **error)
{
    g_autoptr(GPtrArray) names = NULL;
    guint n = 0;

    if (!settle_inbox_names(night->inbox, &names, error))
        return FALSE;
    for (guint i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);

        if (strcmp(name, SETTLE_NIGHT_MANIFEST) == 0 ||
            g_hash_table_contains(manifest->named, name) ||
            settle_night_signs_one_of(name, manifest->named))
            continue;
        if (++n <= SETTLE_NIGHT_MOST_TOLD)
            settle_night_tell(&night->missing, name,
                              "lies in the inbox, and the manifest does not name it");
    }
    if (n > SETTLE_NIGHT_MOST_TOLD)
        settle_night_tell(&night->missing, NULL, "and %u more that the manifest does not name",
                          n - SETTLE_NIGHT_MOST_TOLD);
    return TRUE;
}

static int
compare_items(gconstpointer a, gconstpointer b)
{
    const SettleManifestEntry *x = ((const Item *) a)->entry, *y = ((const Item *) b)->entry;
    int x_place = settle_file_kind(x->kind)->night, y_place = settle_file_kind(y->kind)->night;

    if (x->date != y->date)
        return x->date < y->date ? -1 : 1;
    if (x_place != y_place)
        return x_place < y_place ? -1 : 1;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    return strcmp(x->file, y->file);
}

/* --- taking in -------------------------------------------------------------------------------- */

typedef enum {
    READ,  /* the copy is there */
    LEFT,  /* it stays where it is: said */
    FATAL, /* error is set */
} Outcome;

/* Copies the file into the scratch; *ret_fd is at its start. */
static Outcome
read_file(SettleNight *night, const Item *item, uint8_t sha256[SETTLE_DIGEST_BYTES], int *ret_fd,
          GError **error)
{
    const SettleManifestEntry *entry = item->entry;
    g_autofree char *fault = NULL;
    Outcome outcome = READ;
    int fd = settle_night_scratch(night->state, error);

    if (fd < 0)
        return FATAL;
    switch (settle_inbox_copy(night->inbox, entry->file, &item->seen, fd, sha256, &fault, error)) {
    case SETTLE_INBOX_THERE:
        break;
    case SETTLE_INBOX_UNREADABLE:
        settle_night_tell(&night->unreadable, entry->file, "%s: it stays", fault);
        outcome = LEFT;
        break;
    case SETTLE_INBOX_CHANGING:
    case SETTLE_INBOX_ABSENT:
    case SETTLE_INBOX_UNFIT:
        settle_night_tell(&night->missing, entry->file, "is still being written: it stays");
        outcome = LEFT;
        break;
    case SETTLE_INBOX_FAILED:
        outcome = FATAL;
        break;
    }
    if (outcome == READ && (fsync(fd) != 0 || lseek(fd, 0, SEEK_SET) != 0)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_IO, "the copy cannot be written: %s",
                    g_strerror(errno));
        outcome = FATAL;
    }
    if (outcome == READ && !settle_failpoint(NIGHT_COPIED, error))
        outcome = FATAL;
    if (outcome == READ) {
        *ret_fd = fd;
        return READ;
    }
    close(fd);
    return outcome;
}

/* What was taken in goes to done/; the original goes away if it is still the same. */
static gboolean
put_away(SettleNight *night, const Item *item, const uint8_t sha256[SETTLE_DIGEST_BYTES],
         int32_t batch_id, GError **error)
{
    SettleManifestEntry noted = *item->entry;
    g_autofree char *fault = NULL;

    noted.has_sha256 = TRUE;
    memcpy(noted.sha256, sha256, sizeof noted.sha256);
    if (!settle_failpoint(NIGHT_IMPORTED, error))
        return FALSE;
    if (item->lost != NULL)
        return settle_night_note_taken(night->state, &noted, batch_id, error);
    if (!settle_night_keep(night->state, &noted, batch_id, error))
        return FALSE;
    switch (settle_inbox_remove(night->inbox, item->entry->file, &item->seen, &fault)) {
    case SETTLE_INBOX_THERE:
    case SETTLE_INBOX_ABSENT:
        break;
    case SETTLE_INBOX_UNREADABLE:
        settle_night_tell(&night->unreadable, item->entry->file, "was taken in, but %s", fault);
        break;
    case SETTLE_INBOX_CHANGING:
    case SETTLE_INBOX_UNFIT:
    case SETTLE_INBOX_FAILED:
        settle_night_tell(
            &night->refused, item->entry->file,
            "was taken in, and has become another file meanwhile: give that another name");
        break;
    }
    return settle_failpoint(NIGHT_REMOVED, error);
}

/* Whether the content was dealt with before: then it is not imported. FALSE and error, too. */
static gboolean
is_new(SettleNight *night, const Item *item, const uint8_t sha256[SETTLE_DIGEST_BYTES],
       GError **error)
{
    const SettleManifestEntry *entry = item->entry;
    const char *kind = settle_file_kind_name(entry->kind);
    const SettleNightTaken *before = g_hash_table_lookup(night->state->by_name, entry->file);
    g_autoptr(SettleResult) known = NULL, refused = NULL;
    char day[SETTLE_DAY_TEXT_BYTES];

    if (entry->has_sha256 && memcmp(entry->sha256, sha256, sizeof entry->sha256) != 0) {
        settle_night_tell(
            &night->missing, entry->file,
            "is not what the manifest says (its SHA-256 is another): not complete, or changed");
        return FALSE;
    }
    if (before != NULL && memcmp(before->entry->sha256, sha256, SETTLE_DIGEST_BYTES) != 0) {
        settle_night_tell(
            &night->refused, entry->file,
            "was taken in before with another content: give the new one another name");
        return FALSE;
    }
    known = settle_store_query(night->store, settle_sql_night_known, error, "ysd", sha256,
                               (size_t) SETTLE_DIGEST_BYTES, kind, entry->date);
    refused = known != NULL ? settle_store_query(night->store, settle_sql_night_refused, error,
                                                 "ysls", sha256, (size_t) SETTLE_DIGEST_BYTES, kind,
                                                 entry->has_count ? entry->count : (int64_t) -1,
                                                 entry->sum != NULL ? entry->sum : "")
                            : NULL;
    if (refused == NULL)
        return FALSE;
    if (settle_result_rows(known) > 0) {
        SettleDay date = settle_result_day(known, 0, SQL_NIGHT_KNOWN_BUSINESS_DATE);
        g_autofree char *name =
            settle_printable(settle_result_text(known, 0, SQL_NIGHT_KNOWN_FILE_NAME), -1);
        g_autofree char *file = settle_printable(entry->file, -1);

        if (date == entry->date) {
            printf("%s: was taken in before, as batch %d (%s): not imported again\n", file,
                   settle_result_i32(known, 0, SQL_NIGHT_KNOWN_BATCH_ID), name);
            put_away(night, item, sha256, settle_result_i32(known, 0, SQL_NIGHT_KNOWN_BATCH_ID),
                     error);
            return FALSE;
        }
        if (settle_result_i64(known, 0, SQL_NIGHT_KNOWN_ROWS_READ) >
            0) { /* without rows many are the same */
            settle_night_tell(
                &night->refused, entry->file,
                "has the content of batch %d (%s) of %s: not imported again, it stays",
                settle_result_i32(known, 0, SQL_NIGHT_KNOWN_BATCH_ID), name,
                settle_day_format(date, day));
            return FALSE;
        }
    }
    return settle_result_rows(refused) == 0 ||
           !settle_night_still_refused(
               night, entry->file, sha256,
               settle_result_i32(refused, 0, SQL_NIGHT_REFUSED_BATCH_ID),
               settle_result_text(refused, 0, SQL_NIGHT_REFUSED_REASON), error);
}

static gboolean
import(SettleNight *night, const Item *item, int fd, const uint8_t sha256[SETTLE_DIGEST_BYTES],
       GError **error)
{
    const SettleManifestEntry *entry = item->entry;
    gsize signature_length = 0;
    g_autofree char *signature =
        settle_night_read_signature(night, entry->file, item->lost != NULL, &signature_length);
    const SettleIntakeOptions options = {
        .signature = signature,
        .signature_length = signature_length,
        .lookback_months = -1,
        .business_date = entry->date,
        .has_control_count = entry->has_count,
        .control_count = entry->count,
        .control_sum = entry->sum,
        .file_name = entry->file,
        .carrier = entry->carrier,
    };
    g_autoptr(SettleIntakeReport) report = NULL;
    GError *failure = NULL;

    if (!settle_intake_import(night->store, entry->kind, entry->file, fd, &options, &report,
                              &failure)) {
        if (is_fatal(failure)) {
            g_propagate_error(error, failure);
            return FALSE;
        }
        settle_cli_fail(failure);
        settle_night_tell(&night->refused, entry->file, "is not taken in: it stays");
        return TRUE;
    }
    settle_cli_print_intake(report);
    if (memcmp(report->sha256, sha256, SETTLE_DIGEST_BYTES) != 0) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_IO, "%s: the copy is not what was written",
                    entry->file);
        return FALSE;
    }
    if (!report->sealed) {
        settle_night_tell(&night->refused, entry->file, "is refused: it stays");
        return TRUE;
    }
    night->unusable = night->unusable || settle_intake_report_is_unusable(report);
    night->taken++;
    return (item->lost != NULL ||
            settle_night_keep_signature(night, entry->file, signature, signature_length, error)) &&
           put_away(night, item, sha256, report->batch_id, error);
}

static gboolean
take_lost(SettleNight *night, const Item *item, GError **error)
{
    GError *failure = NULL;
    int fd = settle_night_open_kept(night->state, item->lost, &failure);
    g_autofree char *file = settle_printable(item->entry->file, -1);
    gboolean ok;

    if (fd < 0) {
        settle_night_tell(&night->refused, NULL,
                          "the database does not know batch %d any more, and %s",
                          item->lost->batch_id, failure->message);
        g_error_free(failure);
        return TRUE;
    }
    printf("%s: the database does not know it any more (it was batch %d): taken in again\n", file,
           item->lost->batch_id);
    ok = import(night, item, fd, item->entry->sha256, error);
    close(fd);
    return ok;
}

static gboolean
take(SettleNight *night, const Item *item, GError **error)
{
    uint8_t sha256[SETTLE_DIGEST_BYTES];
    GError *failure = NULL;
    gboolean ok = TRUE;
    Outcome outcome;
    int fd;

    if (item->lost != NULL)
        return take_lost(night, item, error);
    outcome = read_file(night, item, sha256, &fd, error);
    if (outcome != READ) {
        settle_night_drop_scratch(night->state);
        return outcome == LEFT;
    }
    if (is_new(night, item, sha256, &failure))
        ok = import(night, item, fd, sha256, error);
    close(fd);
    settle_night_drop_scratch(night->state);
    if (failure == NULL)
        return ok;
    g_propagate_error(error, failure);
    return FALSE;
}

gboolean
settle_night_take_all(SettleNight *night, GError **error)
{
    g_autoptr(SettleManifest) manifest = read_manifest(night);
    g_autoptr(GArray) items = g_array_new(FALSE, TRUE, sizeof(Item));

    if (!find_lost(night, items, error) ||
        (manifest != NULL && !look_at_all(night, manifest, items, error)))
        return FALSE;
    wait_until_quiet(night, items);
    g_array_sort(items, compare_items);
    for (guint i = 0; i < items->len; i++)
        if (!take(night, &g_array_index(items, Item, i), error))
            return FALSE;
    return manifest == NULL || tell_unnamed(night, manifest, error);
}
