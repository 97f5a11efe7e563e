/* A difference between what a run published and what it computes again. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One thing that is stored otherwise than it comes out. Texts are owned. */
typedef struct {
    char *what;        /* "run", "digest", "transfer", "total", "invoice" ... */
    char *distributor; /* code; "" where it is the run as a whole */
    char *key;         /* "order A-1 rule activation item 0" */
    char *field;       /* "amount"; "row" where one side has none */
    char *published, *recomputed;
} SettleReplayDifference;

G_END_DECLS
