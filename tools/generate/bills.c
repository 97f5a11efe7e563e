/* The monthly bills of the orders' contracts. */
#include "generate.h"

static const char bill_header[] = "carrier,contract,month,revision,issued,billed,tax,cash,arrears,"
                                  "minutes,megabytes,currency\n";

typedef struct {
    int month, revision;
    int32_t issued;
    int64_t billed_minor, arrears_minor;
    uint32_t minutes, megabytes;
} Bill;

enum { ISSUE_FIRST = 2, ISSUE_DAYS = 4, CORRECT_FIRST = 3, CORRECT_DAYS = 11, BILL_DAYS = 20 };
enum {
    BILL_BAD_AMOUNT = 1,
    BILL_BAD_MONTH,
    BILL_NEGATIVE_MINUTES,
    BILL_UNKNOWN_CARRIER,
    BILL_BADS
};

static void
write_bill(const World *world, File *file, const Order *order, const Bill *bill, int bad)
{
    char text[16];
    int64_t amount = bill->billed_minor;
    char *at = row_begin(world, file, bill_header);
    at = put_text(at, bad == BILL_UNKNOWN_CARRIER ? "NO-SUCH" : carrier_code(order->carrier, text));
    at = put_text(at, ",K");
    at = put_padded(at, order->contract, 10);
    *at++ = ',';
    at = put_padded(at, (uint64_t) (bill->month / 12), 4);
    *at++ = '-';
    at = put_padded(at, bad == BILL_BAD_MONTH ? 13 : (uint64_t) (bill->month % 12 + 1), 2);
    *at++ = ',';
    at = put_number(at, (uint64_t) bill->revision);
    *at++ = ',';
    at = put_date(world, at, bill->issued);
    *at++ = ',';
    if (bad == BILL_BAD_AMOUNT) {
        at = put_text(at, "n/a");
        amount = 0;
    } else {
        at = put_money(at, amount);
    }
    *at++ = ',';
    at = put_money(at, (bill->billed_minor * 12 + 106) / 212); /* 6% inside, rounded half up */
    *at++ = ',';
    at = put_money(at, bill->billed_minor - bill->arrears_minor);
    *at++ = ',';
    at = put_money(at, bill->arrears_minor);
    at = put_text(at, bad == BILL_NEGATIVE_MINUTES ? ",-1" : ",");
    at = put_number(at, bill->minutes);
    *at++ = ',';
    at = put_number(at, bill->megabytes);
    at = put_text(at, ",CNY");
    row_end(file, at, amount);
}

/* What the carrier bills a contract for a month; FALSE if it bills nothing. */
static bool
bill_make(const World *world, const Order *order, int month, uint64_t key, Bill *ret_bill)
{
    const Product *product = &world->products[order->product];
    uint64_t dice = draw(world, DRAW_BILL, key);
    if (happens(&dice, 20000))
        return false;
    int64_t billed = product->bill_minor * order->quantity;
    int32_t from = month_start(month), next = month_start(month + 1);
    if (order->closing_day >= from) /* the closing month, by days */
        billed = billed * (next - order->closing_day) / (next - from);
    bool idle = happens(&dice, 120000);
    uint32_t minutes = take(&dice, 60); /* one take a statement: operands have no order */
    if (take(&dice, 2) == 1)
        minutes += take(&dice, 600);
    uint32_t issue = take(&dice, ISSUE_DAYS);

    dice = draw(world, DRAW_BILL_MORE, key);
    uint32_t megabytes = take(&dice, 200);
    megabytes += take(&dice, 20000);
    if (idle && take(&dice, 4) == 0)
        billed = 0;
    if (!idle && take(&dice, 5) == 0)
        billed += take(&dice, 3000);
    int64_t arrears = 0;
    if (happens(&dice, 70000))
        arrears = take(&dice, 2) == 0 ? billed : (int64_t) take(&dice, (uint32_t) billed + 1);
    *ret_bill = (Bill){.month = month,
                       .revision = 1,
                       .issued = next + ISSUE_FIRST + (int32_t) issue,
                       .billed_minor = billed,
                       .arrears_minor = arrears,
                       .minutes = idle ? 0 : minutes,
                       .megabytes = idle ? 0 : megabytes};
    return true;
}

static void
write_bills_of(const World *world, File *files, const Order *order, int month)
{
    const Options *options = &world->options;
    int32_t issue_from = month_start(month + 1);
    int closed = options->first_month; /* of the order */
    while (month_start(closed + 1) <= order->closing_day)
        closed++;
    uint64_t key = order->number * 128 + (uint64_t) (month - closed);
    Bill bill;
    if (!bill_make(world, order, month, key, &bill))
        return;
    File *file =
        &files[options->by_month ? ISSUE_FIRST + ISSUE_DAYS - 1 : bill.issued - issue_from];
    write_bill(world, file, order, &bill, 0);

    uint64_t dice = draw(world, DRAW_BILL_EXTRA, key);
    if (happens(&dice, options->duplicate_ppm))
        write_bill(world, file, order, &bill, 0);
    if (happens(&dice, options->bad_ppm))
        write_bill(world, file, order, &bill, 1 + (int) take(&dice, BILL_BADS - 1));
    if (happens(&dice, 10000)) { /* corrected: ten less, or the arrears came in */
        bill.revision = 2;
        bill.issued += CORRECT_FIRST + (int32_t) take(&dice, CORRECT_DAYS);
        if (bill.arrears_minor == 0)
            bill.billed_minor -= bill.billed_minor < 1000 ? bill.billed_minor : 1000;
        bill.arrears_minor = 0;
        file = &files[options->by_month ? BILL_DAYS - 1 : bill.issued - issue_from];
        write_bill(world, file, order, &bill, 0);
    }
}

void
write_bills(const World *world, Manifest *manifest)
{
    const Options *options = &world->options;
    for (int month = options->first_month; month <= options->last_month; month++) {
        File files[BILL_DAYS];
        for (int i = 0; i < BILL_DAYS; i++)
            file_prepare(world, &files[i], "bills", FACTS + 1, month_start(month + 1) + i);
        /* Orders that closed in the month may be reported in the next. */
        int32_t end = month_start(month + 1), last = end - 1 + MAX_LATE;
        for (int i = 0; i < world->days && world->first_day + i <= last; i++) {
            for (uint64_t n = world->day_start[i]; n < world->day_start[i + 1]; n++) {
                Order order = order_make(world, n, world->first_day + i);
                if (!order.has_contract || order.closing_day >= end)
                    continue;
                order_share_contract(world, &order);
                if (order.own_contract)
                    write_bills_of(world, files, &order, month);
            }
        }
        for (int i = 0; i < BILL_DAYS; i++)
            file_close(&files[i], manifest);
    }
}
