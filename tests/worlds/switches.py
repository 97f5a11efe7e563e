"""What the worlds leave out as long as the engine is known to be wrong there. Who mends one sets `on` to True; the test
says so when the engine no longer fails at the seed of a switch that is off.

SETTLE_SWITCHES=late-tier,late-class turns some on, SETTLE_SWITCHES=all all of them."""
import collections
import os

# seed: a world that fails with this switch alone turned on (None: none was found).
Switch = collections.namedtuple('Switch', 'name on seed what why page')

TABLE = (
    Switch('versions', True, 3002, 'a version that only goes on with the one before it changes nothing: the reference '
           'has both as one', 'windows, tolerances and ceilings begin anew with each version',
           'docs/semantics.md 13.9, 13.11'),
    Switch('late-class', True, 3003, 'classes of products are told late', 'orders are not looked at again',
           'docs/semantics.md 14.17'),
    Switch('late-tier', True, 3002, 'tiers of distributors are told late', 'orders are not looked at again',
           'docs/semantics.md 14.17'),
    Switch('late-status', True, 3003, 'the end of a distributor is told late', 'accepted orders stay, and what fell '
           'due since is looked at only when something else happens', 'docs/semantics.md 14.38, 14.39'),
    Switch('late-sales', True, 3000, 'the last day on which a product is sold is told late', 'accepted orders stay',
           'docs/semantics.md 14.39'),
    Switch('late-parties', True, 3001, 'products and managers are told after the orders that name them',
           'orders that were put aside wait for a person', 'docs/semantics.md 2'),
    Switch('ceilings', True, None, 'ceilings alone tie the orders of a carrier, and its versions amend them', 'a month of '
           'a bonus is not cut as it is when all is told at once', 'docs/semantics.md 13.11'),
    Switch('contracts', False, 8105007, 'the same nights told in another order are the same, also where a contract has several '
           'orders', 'the night on which a bill finds its order depends on which file is imported first',
           'docs/semantics.md 14.8'),
    Switch('twice', True, 5000, 'likewise where a fact is told on two nights', 'it enters on that of the file that is '
           'imported first', 'docs/semantics.md 2'),
    Switch('parties', True, 5000, 'likewise where several things are told late of a manager or product', 'rows enter on '
           'that of the file that is imported first', 'docs/semantics.md 14.54'),
    Switch('waiting', False, None, 'what waits is compared, too, where a contract has several orders', 'an instalment waits '
           'for a bill although the contract is the other order\'s since: flock 2 with 22 worlds, W2002', 'docs/semantics.md 13.8'),
    Switch('outcomes', False, 8201013, 'reasons of orders are compared (`reconcile orders`), not only their number and money',
           'an order of which something was posted and taken back is called posted', 'docs/semantics.md 10'),
)


def chosen():
    """The names of the switches that are on."""
    words = os.environ.get('SETTLE_SWITCHES', '').split(',')
    return frozenset(s.name for s in TABLE if s.on or s.name in words or words == ['all'])
