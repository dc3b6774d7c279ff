-- Dates, times and timestamps.
CREATE OR REPLACE MACRO mesh_add_days(d, ms) AS d + CAST(CASE WHEN ms % 86400000 <> 0 THEN CAST('mesh: Cannot add hour, minutes or seconds to a date' AS INTEGER) ELSE ms // 86400000 END AS INTEGER);

CREATE OR REPLACE MACRO mesh_whole_millis(us) AS CASE WHEN us % 1000 <> 0 THEN CAST('mesh: not supported by the embedded engine: a difference with less than a millisecond' AS INTEGER) ELSE us // 1000 END;

CREATE OR REPLACE MACRO mesh_round_timestamp(ts, unit) AS make_timestamp(CAST(CAST(floor(CAST(epoch_us(ts) + unit // 2 AS DECIMAL(38, 0)) / unit) AS BIGINT) * unit AS BIGINT));

CREATE OR REPLACE MACRO mesh_round_time(tm, unit) AS CAST(make_timestamp(CAST((epoch_us(DATE '1970-01-01' + tm) + unit // 2) // unit * unit AS BIGINT)) AS TIME);

CREATE OR REPLACE MACRO mesh_instant(zone, ts) AS CASE WHEN timezone(zone, timezone(zone, ts) - INTERVAL 1 HOUR) = ts THEN timezone(zone, ts) - INTERVAL 1 HOUR ELSE timezone(zone, ts) END;
