/* settle-generate: carriers, distributors, orders and bills made from a seed.
 *
 * Every order is a pure function of (seed, its number), so bills need no memory of the orders they
 * belong to, any size fits, and the same seed gives the same bytes on every machine: integers only,
 * no library PRNG, no clock, no locale. One draw a statement: operands are evaluated in no order.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define BUFFER_BYTES (256 * 1024)
#define ROW_BYTES    512 /* no row is longer; checked by the sizes of what goes into it */
#define MILLION      1000000U
#define FACTS        5 /* ranks of kinds: parties below, orders, bills */
#define MAX_MONTHS   120
#define MAX_LATE     10
#define MAX_ORDERS   UINT64_C(2000000000)

typedef struct {
    const char *out;
    uint64_t seed, orders;
    int first_month, last_month; /* months since year 0 */
    int distributors, carriers, products;
    bool bills, by_month;
    uint32_t bad_ppm, late_ppm, duplicate_ppm;
} Options;

typedef struct {
    char code[24];
    const char *class;
    int64_t fee_minor;  /* what is paid at closing, per unit */
    int64_t bill_minor; /* what a usual month costs */
    bool contract, sim, phone;
} Product;

typedef struct {
    Options options;
    int32_t first_day, last_day; /* of the months asked for; days since 1970-01-01 */
    uint64_t *day_start;         /* number of the first order of each business day; one more */
    int days;
    Product *products; /* of every carrier alike */
    int32_t *by_size;  /* a draw picks an entry: large distributors have many */
    uint32_t by_size_mask;
    int32_t *first_manager; /* of each distributor; one more */
    char (*dates)[10];      /* texts from date_base on */
    int32_t date_base;
} World;

typedef struct {
    uint64_t number, contract;
    int64_t paid_minor;
    int32_t closing_day;
    int second; /* of the closing day */
    int carrier, product, distributor, manager, quantity, region, channel;
    bool has_contract, own_contract, first, utc;
} Order;

typedef struct {
    int fd;
    size_t used;
    uint64_t count;
    int64_t sum_minor;
    int32_t day;
    const char *kind;
    int rank;
    char name[40];
    char *buffer; /* NULL: nothing written yet */
} File;

typedef struct {
    char name[40];
    const char *kind;
    int32_t day;
    int rank;
    uint64_t count;
    int64_t sum_minor;
} Entry;

typedef struct {
    Entry *entries;
    size_t n, room;
} Manifest;

enum {
    DRAW_ORDER = 1,
    DRAW_ORDER_MORE,
    DRAW_EXTRA,
    DRAW_BILL,
    DRAW_BILL_MORE,
    DRAW_BILL_EXTRA,
    DRAW_TREE,
    DRAW_SHUFFLE,
};

__attribute__((noreturn, format(printf, 2, 3))) void fail(int status, const char *format, ...);
void *allocate(size_t count, size_t size); /* zeroed; fails if there is none */

int32_t month_start(int month); /* its first day */
void date_text(int32_t day, char text[10]);

void file_open(const World *world, File *file, const char *header);
/* A file of rows of one kind and business date; nothing is created before its first row. */
void file_prepare(const World *world, File *file, const char *kind, int rank, int32_t day);
/* Room for one row; the caller writes it and hands its end to row_end. */
char *row_begin(const World *world, File *file, const char *header);
void row_end(File *file, char *end, int64_t amount_minor);
void file_close(File *file, Manifest *manifest);
void write_manifest(const World *world, Manifest *manifest);

/* Fills in what follows from the options. */
void world_make(World *world);
void world_free(World *world);
const char *carrier_code(int carrier, char text[16]);
void write_master(const World *world, Manifest *manifest);

int32_t business_day_of(const World *world, uint64_t number);
Order order_make(const World *world, uint64_t number, int32_t business_day);
/* Lets some orders be on an earlier order's contract. */
void order_share_contract(const World *world, Order *order);
void write_orders(const World *world, Manifest *manifest);

void write_bills(const World *world, Manifest *manifest);

static inline uint64_t
mix(uint64_t x) /* the finaliser of splitmix64 */
{
    x ^= x >> 30;
    x *= UINT64_C(0xbf58476d1ce4e5b9);
    x ^= x >> 27;
    x *= UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static inline uint64_t
draw(const World *world, int what, uint64_t key)
{
    uint64_t stream = mix(world->options.seed + (uint64_t) what * UINT64_C(0x9e3779b97f4a7c15));
    return mix(stream ^ mix(key + UINT64_C(0x632be59bd9b4e019)));
}

/* Takes a number below n out of a draw and leaves the rest for the next. */
static inline uint32_t
take(uint64_t *dice, uint32_t n)
{
    __extension__ unsigned __int128 product = (unsigned __int128) *dice * n;
    *dice = (uint64_t) product;
    return (uint32_t) (product >> 64);
}

static inline bool
happens(uint64_t *dice, uint32_t ppm)
{
    return take(dice, MILLION) < ppm;
}

static inline char *
put_text(char *at, const char *text)
{
    size_t length = strlen(text);
    memcpy(at, text, length);
    return at + length;
}

static inline char *
put_padded(char *at, uint64_t value, int digits)
{
    for (int i = digits - 1; i >= 0; i--, value /= 10)
        at[i] = (char) ('0' + value % 10);
    return at + digits;
}

static inline char *
put_number(char *at, uint64_t value)
{
    int digits = 1;
    for (uint64_t rest = value; rest >= 10; rest /= 10)
        digits++;
    return put_padded(at, value, digits);
}

static inline char *
put_money(char *at, int64_t minor)
{
    if (minor < 0)
        *at++ = '-';
    uint64_t positive = minor < 0 ? -(uint64_t) minor : (uint64_t) minor;
    at = put_number(at, positive / 100);
    *at++ = '.';
    return put_padded(at, positive % 100, 2);
}

static inline char *
put_date(const World *world, char *at, int32_t day)
{
    memcpy(at, world->dates[day - world->date_base], 10);
    return at + 10;
}
