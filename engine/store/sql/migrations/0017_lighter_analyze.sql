-- What the planner is told of a partition behind a night or a file: a third of the sample. It took a fiftieth of a large
-- night; autovacuum looks more closely later.
ALTER FUNCTION settle.analyze_partition(text, date) SET default_statistics_target = '30';
