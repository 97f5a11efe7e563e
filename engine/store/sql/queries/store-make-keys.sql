-- Keys of carriers that have none yet.
SELECT settle.make_carrier_keys()
