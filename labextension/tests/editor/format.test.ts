import { describe, expect, it } from 'vitest';

import { format } from '../../src/editor/format';
import { tokensOf } from '../../src/editor/tokens';

const LONG =
  "select f.carrier, count(*) as flights, avg(f.arr_delay) as mean_delay, max(f.arr_delay) as worst -- late\nfrom lake.raw.flights f left join ops.main.airlines a on a.carrier=f.carrier where f.month between 1 and 3 and f.dest in (select faa from ops.main.airports where tz < -5) and f.origin = 'JFK' group by f.carrier order by 2 desc limit 10";

it('puts each clause on a line, and what is long below it', () => {
  expect(format(LONG)).toBe(`SELECT
  f.carrier,
  count(*) AS flights,
  avg(f.arr_delay) AS mean_delay,
  max(f.arr_delay) AS worst -- late
FROM lake.raw.flights f
LEFT JOIN ops.main.airlines a ON a.carrier = f.carrier
WHERE f.month BETWEEN 1 AND 3
  AND f.dest IN (
    SELECT faa
    FROM ops.main.airports
    WHERE tz < -5
  )
  AND f.origin = 'JFK'
GROUP BY f.carrier
ORDER BY 2 desc
limit 10`);
});

it('keeps comments where they were said', () => {
  const sql =
    '-- all of them\nselect a, -- first\n b /* second */, c\n-- from here\nfrom t';
  expect(format(sql)).toBe(`-- all of them
SELECT
  a, -- first
  b /* second */,
  c
  -- from here
FROM t`);
});

it('lays out queries that are named before', () => {
  expect(
    format('with a as (select 1 as x), b as (select 2 as y) select * from a, b')
  ).toBe(`WITH a AS (
  SELECT 1 AS x
),
b AS (
  SELECT 2 AS y
)
SELECT *
FROM a, b`);
});

const ODD = [
  "SELECT 'it''s', \"a b\".\"c\"\"d\", X'65', U&'\\0041', -1, 1e-3, .5 FROM t",
  'select a is distinct from b, extract(year from d) from t',
  'select sum(x) over (partition by a order by b rows between 1 preceding and current row) from t',
  'select case when a and b then 1 else 2 end from t where case when a or b then c end and d',
  'select filter(xs, x -> x > :least), t.end, map[1] from t cross join unnest(xs) with ordinality as u(x, n)',
  'insert into lake.a.b select * from c union all (select * from d) except select 1',
  'merge into t using s on t.a = s.a when matched and s.b then delete when not matched then insert values (1, 2)',
  'select 1;',
  'create table x with (format = ?) as select 1',
  'select "limit", `odd` from "from"',
  'select (((1) -- deep\n)) from (values (1), (2)) t(x)',
  ')( select',
  'select * from t match_recognize (order by a pattern (A B+) define B as b > 1)'
];

describe.each([LONG, ...ODD])('%s', sql => {
  const told = (text: string): string[] =>
    tokensOf(text)!.map(({ text: one }) => one.toUpperCase());

  it('has the same tokens', () => {
    expect(told(format(sql)!)).toEqual(told(sql));
  });

  it('stays as it is the second time', () => {
    const once = format(sql)!;
    expect(format(once)).toBe(once);
  });
});

it.each(["select 'open", 'select /* open', 'select "open', '', '  '])(
  'leaves %j alone',
  sql => expect(format(sql)).toBeNull()
);
