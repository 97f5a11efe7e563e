/* Who sells what: products, distributors and their trees, the days and their share of orders. */
#include "generate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const carrier_codes[] = {"CMCC-GD", "CUCC-ZJ", "CTCC-SH"};
static const char *const carrier_names[] = {"China Mobile Guangdong", "China Unicom Zhejiang",
                                            "China Telecom Shanghai"};

const char *
carrier_code(int carrier, char text[16])
{
    if (carrier < 3)
        return carrier_codes[carrier];
    snprintf(text, 16, "CARRIER-%02u", ((unsigned) carrier + 1) % 100);
    return text;
}

static void
world_products(World *world)
{
    static const struct {
        const char *code, *class;
        int64_t fee, bill;
    } kinds[] = {
        {"PLAN-19", "plan", 1900, 1900},    {"SIM-19", "sim", 1900, 1900},
        {"PLAN-29", "plan", 2900, 2900},    {"SIM-29", "sim", 2900, 2900},
        {"PLAN-49", "plan", 4900, 4900},    {"SIM-49", "sim", 4900, 4900},
        {"PLAN-59", "plan", 5900, 5900},    {"SIM-59", "sim", 5900, 5900},
        {"BB-99", "broadband", 9900, 9900}, {"PHONE-1999", "phone", 199900, 9900},
        {"PLAN-99", "plan", 9900, 9900},    {"PHONE-3999", "phone", 399900, 12900},
    };
    const int n = sizeof kinds / sizeof *kinds;
    world->products = allocate((size_t) world->options.products, sizeof *world->products);
    for (int i = 0; i < world->options.products; i++) {
        Product *product = &world->products[i];
        product->class = kinds[i % n].class;
        product->fee_minor = kinds[i % n].fee;
        product->bill_minor = kinds[i % n].bill;
        product->sim = strcmp(product->class, "sim") == 0;
        product->phone = strcmp(product->class, "phone") == 0;
        product->contract = strcmp(product->class, "broadband") != 0;
        if (i < n)
            snprintf(product->code, sizeof product->code, "%s", kinds[i].code);
        else
            snprintf(product->code, sizeof product->code, "%s-V%d", kinds[i % n].code, i / n + 1);
    }
}

/* Size of the distributor of a rank: Zipf's 1/rank, flattened at the top so that the largest of a
 * thousand has about 6% of the orders. */
static void
world_distributors(World *world)
{
    const int n = world->options.distributors;
    int32_t *of_rank = allocate((size_t) n, sizeof *of_rank);
    for (int i = 0; i < n; i++)
        of_rank[i] = i;
    for (int i = n - 1; i > 0; i--) { /* large ones stand anywhere in the list */
        uint64_t dice = draw(world, DRAW_SHUFFLE, (uint64_t) i);
        int j = (int) take(&dice, (uint32_t) i + 1);
        int32_t other = of_rank[j];
        of_rank[j] = of_rank[i];
        of_rank[i] = other;
    }

    uint32_t size = 4096;
    while (size < (uint32_t) n * 32)
        size *= 2;
    world->by_size = allocate(size, sizeof *world->by_size);
    world->by_size_mask = size - 1;
    uint64_t total = 0;
    for (int rank = 0; rank < n; rank++)
        total += UINT64_C(1000000000) / (uint64_t) (rank + 3);
    uint32_t filled = 0;
    for (int rank = 0; rank < n; rank++) {
        uint64_t share =
            (size - (uint32_t) n) * (UINT64_C(1000000000) / (uint64_t) (rank + 3)) / total;
        for (uint64_t k = 0; k <= share && filled < size; k++)
            world->by_size[filled++] = of_rank[rank];
    }
    for (int rank = 0; filled < size; rank = (rank + 1) % n)
        world->by_size[filled++] = of_rank[rank];

    /* Managers: 1 for the smallest, up to 40 for the largest. */
    int32_t *managers = allocate((size_t) n, sizeof *managers);
    for (int rank = 0; rank < n; rank++)
        managers[of_rank[rank]] = 1 + 400 / (rank + 10);
    world->first_manager = allocate((size_t) n + 1, sizeof *world->first_manager);
    for (int i = 0; i < n; i++)
        world->first_manager[i + 1] = world->first_manager[i] + managers[i];
    free(managers);
    free(of_rank);
}

static void
world_days(World *world)
{
    const Options *options = &world->options;
    world->first_day = month_start(options->first_month);
    world->last_day = month_start(options->last_month + 1) - 1;
    world->days = world->last_day - world->first_day + 1;
    world->date_base = world->first_day - 800;
    int texts = world->days + 800 + 100;
    world->dates = allocate((size_t) texts, sizeof *world->dates);
    for (int i = 0; i < texts; i++)
        date_text(world->date_base + i, world->dates[i]);

    uint64_t *weights = allocate((size_t) world->days + 1, sizeof *weights);
    for (int month = options->first_month; month <= options->last_month; month++) {
        int32_t from = month_start(month), to = month_start(month + 1);
        for (int32_t day = from; day < to; day++) {
            int weekday = (day + 3) % 7; /* Monday is 0 */
            uint64_t weight = weekday >= 5 ? 130 : 100;
            if (to - day <= 3)
                weight *= 2; /* targets are due */
            weights[day - world->first_day + 1] = weight;
        }
    }
    for (int i = 0; i < world->days; i++)
        weights[i + 1] += weights[i];
    world->day_start = allocate((size_t) world->days + 1, sizeof *world->day_start);
    for (int i = 0; i <= world->days; i++) /* exact: 2e9 * 120 * 31 * 260 < 2^64 */
        world->day_start[i] = options->orders * weights[i] / weights[world->days];
    free(weights);
}

static int
outlets_of(int managers)
{
    return 1 + managers / 3;
}

void
write_master(const World *world, Manifest *manifest)
{
    const Options *options = &world->options;
    enum { CARRIERS, DISTRIBUTORS, OUTLETS, MANAGERS, PRODUCTS, KINDS };
    static const char *const kinds[] = {"carriers", "distributors", "outlets", "managers",
                                        "products"};
    static const char *const headers[] = {
        "carrier,name,valid_from\n", "distributor,name,tier,valid_from\n",
        "outlet,name,distributor,parent,valid_from\n", "manager,name,outlet,valid_from\n",
        "carrier,product,name,class,valid_from\n"};
    File files[KINDS];
    for (int kind = 0; kind < KINDS; kind++) {
        files[kind] = (File){.kind = kinds[kind], .rank = kind, .day = world->first_day};
        snprintf(files[kind].name, sizeof files[kind].name, "%s.csv", kinds[kind]);
        file_open(world, &files[kind], headers[kind]);
    }
    char from[11] = "", moved[11] = "", text[16];
    memcpy(from, world->dates[world->first_day - 365 - world->date_base], 10);
    memcpy(moved, world->dates[world->first_day + 14 - world->date_base], 10);

#define ROW(kind, ...)                                                                             \
    do {                                                                                           \
        char *row = row_begin(world, &files[kind], NULL);                                          \
        row_end(&files[kind], row + snprintf(row, ROW_BYTES - 1, __VA_ARGS__), 0);                 \
    } while (0)

    for (int i = 0; i < options->carriers; i++) {
        const char *code = carrier_code(i, text);
        ROW(CARRIERS, "%s,%s,%s", code, i < 3 ? carrier_names[i] : code, from);
        for (int p = 0; p < options->products; p++)
            ROW(PRODUCTS, "%s,%s,%s %" PRId64 ".00,%s,%s", code, world->products[p].code,
                world->products[p].class, world->products[p].bill_minor / 100,
                world->products[p].class, from);
    }
    for (int i = 0; i < options->distributors; i++) {
        uint64_t dice = draw(world, DRAW_TREE, (uint64_t) i);
        /* A quoted name now and then: readers must cope with it. */
        ROW(DISTRIBUTORS,
            i % 25 == 7 ? "D%05d,\"通讯 %d, \"\"南\"\" Ltd\",%u,%s" : "D%05d,通讯 %d,%u,%s", i + 1,
            i + 1, 1 + take(&dice, 4), from);
        int managers = world->first_manager[i + 1] - world->first_manager[i];
        int outlets = outlets_of(managers);
        for (int k = 0; k < outlets; k++) {
            char parent[24] = "";
            if (k > 0) /* 0 is the root, 1..3 below it, the rest below those: three levels */
                snprintf(parent, sizeof parent, "D%05d-O%02d", i + 1, k <= 3 ? 1 : 2 + (k - 4) % 3);
            ROW(OUTLETS, "D%05d-O%02d,网点 %d-%d,D%05d,%s,%s", i + 1, k + 1, i + 1, k + 1, i + 1,
                parent, from);
        }
        for (int m = 0; m < managers; m++) {
            ROW(MANAGERS, "D%05d-M%02d,经理 %d-%d,D%05d-O%02d,%s", i + 1, m + 1, i + 1, m + 1,
                i + 1, m % outlets + 1, from);
            if (outlets > 1 && happens(&dice, 30000))
                ROW(MANAGERS, "D%05d-M%02d,经理 %d-%d,D%05d-O%02d,%s", i + 1, m + 1, i + 1, m + 1,
                    i + 1, (m + 1) % outlets + 1, moved);
        }
    }
#undef ROW
    for (int kind = 0; kind < KINDS; kind++)
        file_close(&files[kind], manifest);
}

void
world_make(World *world)
{
    world_days(world);
    world_products(world);
    world_distributors(world);
}

void
world_free(World *world)
{
    free(world->day_start);
    free(world->dates);
    free(world->products);
    free(world->by_size);
    free(world->first_manager);
}
