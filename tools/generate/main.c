#include "generate.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char help[] =
    "usage: settle-generate --out DIR --orders N [OPTION...]\n"
    "\n"
    "Writes carriers, distributors, outlets, managers and products, a file of orders and of bills\n"
    "per business date, and manifest.csv with their control totals. The same options give the "
    "same\n"
    "bytes on every machine.\n"
    "\n"
    "  --out DIR              folder to write into; made if missing; must not hold a manifest yet\n"
    "  --orders N             good orders; k and M may follow (500k, 30M); the odd rows come on "
    "top\n"
    "  --months A..B          closing months, YYYY-MM..YYYY-MM (2026-01..2026-03)\n"
    "  --seed N               0 to 2^64-1 (1)\n"
    "  --distributors N       1 to 99999, few of them large (300)\n"
    "  --carriers N           1 to 99, the first are CMCC-GD, CUCC-ZJ, CTCC-SH (3)\n"
    "  --products N           of each carrier, 1 to 999 (12)\n"
    "  --bills yes|no         bills too (yes)\n"
    "  --bad-share PPM        rows that cannot be accepted, per million (2000)\n"
    "  --late-share PPM       orders reported 1 to 10 days after closing (20000)\n"
    "  --duplicate-share PPM  rows sent again, a quarter of the orders among them changed (2000)\n"
    "  --by-day | --by-month  one file per business date (default), or per month: all orders "
    "dated\n"
    "                         the last day, bills the 6th and their corrections the 20th of the "
    "next one\n"
    "  --help\n"
    "\n"
    "exit status: 0 done, 1 could not write, 2 usage\n";

static uint64_t
parse_number(const char *name, const char *text, uint64_t low, uint64_t high, bool suffix)
{
    char *end;
    errno = 0;
    uint64_t value = strtoull(text, &end, 10), unit = 1;
    bool good = text[0] >= '0' && text[0] <= '9' && errno == 0;
    if (good && suffix && (*end == 'k' || *end == 'M')) {
        unit = *end++ == 'k' ? 1000 : MILLION;
        good = value <= high / unit;
    }
    value *= unit;
    if (!good || *end != '\0' || value < low || value > high)
        fail(2, "--%s takes a number from %" PRIu64 " to %" PRIu64 ", not '%s'", name, low, high,
             text);
    return value;
}

static void
parse_months(Options *options, const char *text)
{
    int year, month, to_year, to_month, used = 0;
    if (sscanf(text, "%4d-%2d..%4d-%2d%n", &year, &month, &to_year, &to_month, &used) != 4 ||
        text[used] != '\0' || year < 1971 || to_year > 2999 || month < 1 || month > 12 ||
        to_month < 1 || to_month > 12)
        fail(2, "--months takes YYYY-MM..YYYY-MM, not '%s'", text);
    options->first_month = year * 12 + month - 1;
    options->last_month = to_year * 12 + to_month - 1;
    if (options->last_month < options->first_month ||
        options->last_month - options->first_month >= MAX_MONTHS)
        fail(2, "--months takes 1 to %d months, not '%s'", MAX_MONTHS, text);
}

static Options
parse_options(int argc, char **argv)
{
    enum {
        OUT,
        ORDERS,
        MONTHS,
        SEED,
        DISTRIBUTORS,
        CARRIERS,
        PRODUCTS,
        BILLS,
        BAD,
        LATE,
        DUPLICATE,
        BY_DAY,
        BY_MONTH,
        HELP
    };
    static const struct option table[] = {
        {"out", required_argument, NULL, OUT},
        {"orders", required_argument, NULL, ORDERS},
        {"months", required_argument, NULL, MONTHS},
        {"seed", required_argument, NULL, SEED},
        {"distributors", required_argument, NULL, DISTRIBUTORS},
        {"carriers", required_argument, NULL, CARRIERS},
        {"products", required_argument, NULL, PRODUCTS},
        {"bills", required_argument, NULL, BILLS},
        {"bad-share", required_argument, NULL, BAD},
        {"late-share", required_argument, NULL, LATE},
        {"duplicate-share", required_argument, NULL, DUPLICATE},
        {"by-day", no_argument, NULL, BY_DAY},
        {"by-month", no_argument, NULL, BY_MONTH},
        {"help", no_argument, NULL, HELP},
        {NULL, 0, NULL, 0},
    };
    Options o = {.seed = 1,
                 .distributors = 300,
                 .carriers = 3,
                 .products = 12,
                 .bills = true,
                 .bad_ppm = 2000,
                 .late_ppm = 20000,
                 .duplicate_ppm = 2000};
    parse_months(&o, "2026-01..2026-03");
    int which, index = 0;
    while ((which = getopt_long(argc, argv, "", table, &index)) != -1) {
        const char *name = which == '?' ? "" : table[index].name;
        switch (which) {
        case OUT:
            o.out = optarg;
            break;
        case ORDERS:
            o.orders = parse_number(name, optarg, 1, MAX_ORDERS, true);
            break;
        case MONTHS:
            parse_months(&o, optarg);
            break;
        case SEED:
            o.seed = parse_number(name, optarg, 0, UINT64_MAX, false);
            break;
        case DISTRIBUTORS:
            o.distributors = (int) parse_number(name, optarg, 1, 99999, true);
            break;
        case CARRIERS:
            o.carriers = (int) parse_number(name, optarg, 1, 99, false);
            break;
        case PRODUCTS:
            o.products = (int) parse_number(name, optarg, 1, 999, false);
            break;
        case BAD:
            o.bad_ppm = (uint32_t) parse_number(name, optarg, 0, MILLION, false);
            break;
        case LATE:
            o.late_ppm = (uint32_t) parse_number(name, optarg, 0, MILLION, false);
            break;
        case DUPLICATE:
            o.duplicate_ppm = (uint32_t) parse_number(name, optarg, 0, MILLION, false);
            break;
        case BILLS:
            if (strcmp(optarg, "yes") != 0 && strcmp(optarg, "no") != 0)
                fail(2, "--bills takes yes or no, not '%s'", optarg);
            o.bills = optarg[0] == 'y';
            break;
        case BY_DAY:
            o.by_month = false;
            break;
        case BY_MONTH:
            o.by_month = true;
            break;
        case HELP:
            fputs(help, stdout);
            exit(0);
        default:
            fail(2, "see settle-generate --help");
        }
    }
    if (optind < argc)
        fail(2, "does not take '%s'; see settle-generate --help", argv[optind]);
    if (o.out == NULL || o.orders == 0)
        fail(2, "needs --out DIR and --orders N; see settle-generate --help");
    return o;
}

int
main(int argc, char **argv)
{
    World world = {.options = parse_options(argc, argv)};
    char path[4096];
    if (snprintf(path, sizeof path, "%s/manifest.csv", world.options.out) >= (int) sizeof path)
        fail(2, "the name of the folder is too long");
    if (mkdir(world.options.out, 0777) != 0 && errno != EEXIST)
        fail(1, "cannot make %s: %s", world.options.out, strerror(errno));
    if (access(path, F_OK) == 0)
        fail(2, "%s is there already\nhint: name another folder, or remove this one", path);

    world_make(&world);
    Manifest manifest = {0};
    write_master(&world, &manifest);
    write_orders(&world, &manifest);
    if (world.options.bills)
        write_bills(&world, &manifest);
    write_manifest(&world, &manifest);

    free(manifest.entries);
    world_free(&world);
    return 0;
}
