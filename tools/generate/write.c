/* What every part needs: draws, dates, and files of rows. */
#include "generate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
fail(int status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("settle-generate: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(status);
}

void *
allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (memory == NULL)
        fail(1, "out of memory");
    return memory;
}

static int32_t
day_of(int year, int month, int day) /* Gregorian, days since 1970-01-01 */
{
    year -= month <= 2;
    int era = year / 400, of_era = year - era * 400;
    int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int32_t
month_start(int month)
{
    return day_of(month / 12, month % 12 + 1, 1);
}

void
date_text(int32_t day, char text[10])
{
    int32_t z = day + 719468, era = z / 146097, of_era = z - era * 146097;
    int32_t of_era_year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int32_t of_year = of_era - (365 * of_era_year + of_era_year / 4 - of_era_year / 100);
    int32_t m = (5 * of_year + 2) / 153;
    int32_t date = of_year - (153 * m + 2) / 5 + 1, month = m < 10 ? m + 3 : m - 9;
    int32_t year = of_era_year + era * 400 + (month <= 2);
    char full[40];
    snprintf(full, sizeof full, "%04d-%02d-%02d", year, month, date);
    memcpy(text, full, 10);
}

static void
write_out(const File *file, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = write(file->fd, bytes, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            fail(1, "cannot write %s: %s", file->name, strerror(errno));
        bytes += n;
        length -= (size_t) n;
    }
}

void
file_open(const World *world, File *file, const char *header)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s", world->options.out, file->name) >= (int) sizeof path)
        fail(2, "the name of the folder is too long");
    file->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file->fd < 0)
        fail(1, "cannot create %s: %s", path, strerror(errno));
    file->buffer = allocate(BUFFER_BYTES, 1);
    file->used = (size_t) (put_text(file->buffer, header) - file->buffer);
}

/* A file of rows of one kind and business date; nothing is created before its first row. */
void
file_prepare(const World *world, File *file, const char *kind, int rank, int32_t day)
{
    memset(file, 0, sizeof *file);
    file->kind = kind;
    file->rank = rank;
    file->day = day;
    snprintf(file->name, sizeof file->name, "%s-%.10s.csv", kind,
             world->dates[day - world->date_base]);
}

/* Room for one row; the caller writes it and hands its end to row_end. */
char *
row_begin(const World *world, File *file, const char *header)
{
    if (file->buffer == NULL)
        file_open(world, file, header);
    if (file->used > BUFFER_BYTES - ROW_BYTES) {
        write_out(file, file->buffer, file->used);
        file->used = 0;
    }
    return file->buffer + file->used;
}

void
row_end(File *file, char *end, int64_t amount_minor)
{
    *end++ = '\n';
    file->used = (size_t) (end - file->buffer);
    file->count++;
    file->sum_minor += amount_minor;
}

void
file_close(File *file, Manifest *manifest)
{
    if (file->buffer == NULL)
        return;
    write_out(file, file->buffer, file->used);
    if (close(file->fd) != 0)
        fail(1, "cannot write %s: %s", file->name, strerror(errno));
    free(file->buffer);
    file->buffer = NULL;
    if (manifest->n == manifest->room) {
        manifest->room = manifest->room * 2 + 64;
        manifest->entries = realloc(manifest->entries, manifest->room * sizeof *manifest->entries);
        if (manifest->entries == NULL)
            fail(1, "out of memory");
    }
    Entry *entry = &manifest->entries[manifest->n++];
    *entry = (Entry){.kind = file->kind,
                     .day = file->day,
                     .rank = file->rank,
                     .count = file->count,
                     .sum_minor = file->sum_minor};
    memcpy(entry->name, file->name, sizeof entry->name);
}

static int
compare_entries(const void *a, const void *b)
{
    const Entry *x = a, *y = b;
    bool x_fact = x->rank >= FACTS,
         y_fact = y->rank >= FACTS; /* master data first, whatever its date */
    if (x_fact != y_fact)
        return x_fact ? 1 : -1;
    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    return x->rank - y->rank;
}

void
write_manifest(const World *world, Manifest *manifest)
{
    qsort(manifest->entries, manifest->n, sizeof *manifest->entries, compare_entries);
    File file = {.kind = "manifest", .name = "manifest.csv"};
    file_open(world, &file, "file,kind,business_date,count,sum\n");
    for (size_t i = 0; i < manifest->n; i++) {
        const Entry *entry = &manifest->entries[i];
        char *at = row_begin(world, &file, NULL);
        at = put_text(at, entry->name);
        *at++ = ',';
        at = put_text(at, entry->kind);
        *at++ = ',';
        at = put_date(world, at, entry->day);
        *at++ = ',';
        at = put_number(at, entry->count);
        *at++ = ',';
        if (entry->rank >= FACTS)
            at = put_money(at, entry->sum_minor);
        row_end(&file, at, 0);
    }
    write_out(&file, file.buffer, file.used);
    if (close(file.fd) != 0)
        fail(1, "cannot write %s: %s", file.name, strerror(errno));
    free(file.buffer);
}
