// What Trino's SQL looks like: its keywords, types and quotes, for colours.
import { SQLDialect } from '@codemirror/lang-sql';

// The reserved words of https://trino.io/docs/current/language/reserved.html, then those that
// begin or join clauses without being reserved (grammar SqlBase.g4, rule nonReserved).
const KEYWORDS =
  'alter and as between by case cast constraint create cross cube current_catalog ' +
  'current_date current_path current_role current_schema current_time current_timestamp ' +
  'current_user deallocate delete describe distinct drop else end escape except execute exists ' +
  'extract for from full group grouping having in inner insert intersect into is join ' +
  'json_array json_exists json_object json_query json_table json_value left like listagg ' +
  'localtime localtimestamp natural normalize not null on or order outer prepare recursive ' +
  'right rollup select skip table then trim uescape union unnest using values when where with ' +
  'add after all analyze any asc authorization begin call cascade catalog catalogs column ' +
  'columns comment commit copartition count current data default define definer deny desc ' +
  'descriptor determine empty error excluding explain fetch filter final first following ' +
  'format function functions grace grant granted grants graphviz groups if ignore immediate ' +
  'including initial inner input invoker isolation keep key keys last lateral level limit ' +
  'local logical match match_recognize matched matches materialized measures merge minute ' +
  'next nfc nfd nfkc nfkd no none nulls of offset omit one only option ordinality output over ' +
  'overflow partition partitions passing past path pattern per period permute plan position ' +
  'preceding privileges properties prune quotes range read refresh rename repeat reset respect ' +
  'restrict returning revoke role roles rollback row rows running schema schemas scalar seek ' +
  'serializable session set sets show some stable start stats subset substring system ' +
  'tables tablesample text ties to trailing transaction truncate try_cast type unbounded ' +
  'uncommitted unconditional unique unmatched update use user utf16 utf32 utf8 validate ' +
  'value verbose version view wait window within without work wrapper write zone';

const TYPES =
  'array bigint boolean char date decimal double hyperloglog integer int interval ipaddress ' +
  'json map p4hyperloglog precision qdigest real setdigest smallint tdigest time timestamp ' +
  'tinyint uuid varbinary varchar year month day hour second';

export const trino = SQLDialect.define({
  keywords: KEYWORDS,
  types: TYPES,
  builtin: '',
  operatorChars: '*+-%<>!=&|^/~?:',
  specialVar: '',
  identifierQuotes: '"',
  caseInsensitiveIdentifiers: true
});
