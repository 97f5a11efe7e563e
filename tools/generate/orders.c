/* Orders, and the odd rows between them. */
#include "generate.h"

static const char *const regions[] = {"GD", "ZJ", "SH", "JS", "FJ"};
static const char *const channels[] = {"online", "shop", "partner", "telesales"};
static const char order_header[] = "carrier,order_id,distributor,manager,product,region,channel,"
                                   "contract,first_order,closed_at,paid,quantity,currency\n";

int32_t
business_day_of(const World *world, uint64_t number)
{
    int low = 0, high = world->days - 1;
    while (low < high) { /* the last day that starts at or before it */
        int middle = (low + high + 1) / 2;
        if (world->day_start[middle] <= number)
            low = middle;
        else
            high = middle - 1;
    }
    return world->first_day + low;
}

Order
order_make(const World *world, uint64_t number, int32_t business_day)
{
    const Options *options = &world->options;
    uint64_t dice = draw(world, DRAW_ORDER, number);
    Order order = {
        .number = number, .contract = number, .closing_day = business_day, .manager = -1};

    order.carrier = (int) take(&dice, (uint32_t) options->carriers);
    order.product = (int) take(&dice, (uint32_t) options->products);
    order.distributor = world->by_size[take(&dice, world->by_size_mask + 1)];
    if (happens(&dice, options->late_ppm))
        order.closing_day -= 1 + (int32_t) take(&dice, MAX_LATE);
    if (order.closing_day < world->first_day)
        order.closing_day = world->first_day;

    dice = draw(world, DRAW_ORDER_MORE, number);
    int32_t first = world->first_manager[order.distributor];
    uint32_t managers = (uint32_t) (world->first_manager[order.distributor + 1] - first);
    int manager = (int) take(&dice, managers);
    if (take(&dice, 8) != 0)
        order.manager = manager;
    order.region = (int) take(&dice, sizeof regions / sizeof *regions);
    order.channel = (int) take(&dice, sizeof channels / sizeof *channels);
    order.first = take(&dice, 5) < 3;
    order.second = (int) take(&dice, 86400);
    order.utc = take(&dice, 8) == 0;

    const Product *product = &world->products[order.product];
    order.quantity = 1;
    if (product->sim && take(&dice, 5) < 2) /* so that about a fifth of all orders has several */
        order.quantity = 2 + (int) take(&dice, 4);
    order.paid_minor = product->fee_minor * order.quantity;
    if (product->phone || !product->contract) /* haggled, so that rates have something to round */
        order.paid_minor -= take(&dice, (uint32_t) (product->fee_minor / 10));
    order.has_contract = order.own_contract = product->contract;
    return order;
}

/* Some buy a phone on the contract they already have: its bills go on serving the first order. */
void
order_share_contract(const World *world, Order *order)
{
    if (!world->products[order->product].phone || order->number == 0)
        return;
    uint64_t dice = draw(world, DRAW_ORDER_MORE, order->number ^ (UINT64_C(1) << 60));
    if (take(&dice, 10) != 0)
        return;
    uint32_t reach = order->number < 5000 ? (uint32_t) order->number : 5000;
    uint64_t other_number = order->number - 1 - take(&dice, reach);
    Order other = order_make(world, other_number, business_day_of(world, other_number));
    if (other.carrier != order->carrier || !other.has_contract ||
        world->products[other.product].phone)
        return;
    order->contract = other_number;
    order->own_contract = false;
}

enum { GOOD, UNKNOWN_PRODUCT, BAD_AMOUNT, BAD_DATE, UNKNOWN_DISTRIBUTOR, NEGATIVE_AMOUNT, BADS };

static void
write_order(const World *world, File *file, const Order *order, int bad, uint64_t dice)
{
    static const char *const amounts[] = {"19.9O", "", "\"1,250.00\"", "19.99.9", "free"};
    char text[16];
    int64_t amount = order->paid_minor;
    char *at = row_begin(world, file, order_header);

    at = put_text(at, carrier_code(order->carrier, text));
    *at++ = ',';
    *at++ = bad == GOOD ? 'A' : 'B';
    at = put_padded(at, order->number, 10);
    at = put_text(at, bad == UNKNOWN_DISTRIBUTOR ? ",X" : ",D");
    at = put_padded(at, (uint64_t) order->distributor + 1, 5);
    *at++ = ',';
    if (order->manager >= 0 && bad != UNKNOWN_DISTRIBUTOR) {
        *at++ = 'D';
        at = put_padded(at, (uint64_t) order->distributor + 1, 5);
        at = put_text(at, "-M");
        at = put_padded(at, (uint64_t) order->manager + 1, 2);
    }
    *at++ = ',';
    at = put_text(at, bad == UNKNOWN_PRODUCT ? "NO-SUCH" : world->products[order->product].code);
    *at++ = ',';
    at = put_text(at, regions[order->region]);
    *at++ = ',';
    at = put_text(at, channels[order->channel]);
    *at++ = ',';
    if (order->has_contract) {
        *at++ = 'K';
        if (bad != GOOD)
            *at++ = 'B';
        at = put_padded(at, order->contract, 10);
    }
    at = put_text(at, order->first ? ",true," : ",false,");
    int32_t day = order->closing_day;
    int second = order->second;
    if (order->utc) { /* the same instant, eight hours earlier on the clock */
        second -= 8 * 3600;
        if (second < 0) {
            second += 86400;
            day--;
        }
    }
    if (bad == BAD_DATE) {
        at = put_text(at, "2026-02-30");
    } else {
        at = put_date(world, at, day);
    }
    *at++ = 'T';
    at = put_padded(at, (uint64_t) (second / 3600), 2);
    *at++ = ':';
    at = put_padded(at, (uint64_t) (second / 60 % 60), 2);
    *at++ = ':';
    at = put_padded(at, (uint64_t) (second % 60), 2);
    at = put_text(at, order->utc ? "Z," : "+08:00,");
    if (bad == BAD_AMOUNT) {
        at = put_text(at, amounts[take(&dice, sizeof amounts / sizeof *amounts)]);
        amount = 0; /* unreadable: no part of the control sum */
    } else {
        amount = bad == NEGATIVE_AMOUNT ? -amount : amount;
        at = put_money(at, amount);
    }
    *at++ = ',';
    at = put_number(at, (uint64_t) order->quantity);
    at = put_text(at, ",CNY");
    row_end(file, at, amount);
}

/* The rows that real feeds have beside the good ones. */
static void
write_order_extras(const World *world, File *file, uint64_t number, int32_t business_day)
{
    const Options *options = &world->options;
    uint64_t dice = draw(world, DRAW_EXTRA, number);
    if (happens(&dice, options->duplicate_ppm) && number > 0) {
        uint32_t reach = number < 2000 ? (uint32_t) number : 2000;
        uint64_t again = number - 1 - take(&dice, reach);
        Order order = order_make(world, again, business_day_of(world, again));
        order_share_contract(world, &order);
        uint32_t how = take(&dice, 8);
        if (how == 0)
            order.paid_minor += 100;
        if (how == 1) {
            order.distributor = (order.distributor + 1) % options->distributors;
            order.manager = -1;
        }
        write_order(world, file, &order, GOOD, 0);
    }
    if (happens(&dice, options->bad_ppm)) {
        Order order = order_make(world, number, business_day);
        int bad = 1 + (int) take(&dice, BADS - 1);
        write_order(world, file, &order, bad, dice);
    }
}

void
write_orders(const World *world, Manifest *manifest)
{
    File file = {0};
    for (int i = 0; i < world->days; i++) {
        int32_t day = world->first_day + i, file_day = day;
        if (world->options.by_month) {
            int month = world->options.first_month;
            while (month_start(month + 1) <= day)
                month++;
            file_day = month_start(month + 1) - 1;
        }
        if (file.kind == NULL || file.day != file_day) {
            file_close(&file, manifest);
            file_prepare(world, &file, "orders", FACTS, file_day);
        }
        for (uint64_t n = world->day_start[i]; n < world->day_start[i + 1]; n++) {
            Order order = order_make(world, n, day);
            order_share_contract(world, &order);
            write_order(world, &file, &order, GOOD, 0);
            write_order_extras(world, &file, n, day);
        }
    }
    file_close(&file, manifest);
}
