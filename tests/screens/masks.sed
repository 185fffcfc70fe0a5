# What differs from run to run is made the same before pages are compared.
s/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/TIME/g
s/PostgreSQL [0-9]+(\.[0-9]+)?( \([^)]*(\)|…))?/PostgreSQL N/g
s/POSTGRES_[0-9]+/POSTGRES_N/g
s/[0-9]+ h [0-9]+ min/SPAN/g
s/[0-9]+ min( [0-9]+ s)?/SPAN/g
s/[0-9]+(\.[0-9]+)? s([^[:alnum:]]|$)/SPAN\2/g
s/[0-9]+([.,][0-9]+)? ?(B|kB|MB|GB|KiB|MiB|GiB)([^[:alnum:]]|$)/SIZE\3/g
s/ [0-9]+([.,][0-9]*)?( ?[kM]?)…/ SIZE…/g
s/, growing by SIZE an hour//
s/^(Events |Bytes |Latency |Behind |Cost ).*/\1.../
s/^( +)(moved|not seen moving).*/\1moves/
s/(of log held, [a-z]+).*/\1/
s/(: last written ).*/\1.../
s/freshness not known yet|BigQuery at most SPAN ?behind/freshness/
s/port=?[0-9]+/port/g
s/"until [^"]*"/until/
s/pid [0-9]+( [^…]*…)?/pid N/g
s#/tmp/strom-screens-[^ /]*#PATH#g
s/ +/ /g
s/ $//
s/[0-9]{2}:[0-9]{2}(:[0-9]{2})? UTC/TIME/g
s/[0-9]{2}:[0-9]{2} UTC/TIME/g
s/rows [0-9 ]+ read; flagged by them: [0-9]+/rows N read; flagged by them: N/
s/values: rows read [0-9 ]+( of about [0-9 ]+; a rare one may be missed)?/values: rows read N/
s/counted so far [0-9 ]+/counted so far N/
s/ [0-9 ]+ of [0-9 ]+ values/ N of N values/
s/(until|til) [0-9:]+ (▼|v)/\1 \2/
