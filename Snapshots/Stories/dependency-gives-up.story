# What waits for an app that gave up says so, and goes on when somebody has mended it.
app api needs=db
app db
> program db missing
> start api db
       6 ms  api#0     process:created
       6 ms  db#0      process:created
       6 ms  db#0      process:starting
       6 ms  api#0     process:waiting (for db (starting))
       7 ms  db#0      process:errored (cannot execute /usr/bin/db: No such file)
       7 ms            answer: api#0 waiting, db#0 errored; OD4001: db was not started: cannot execute /usr/bin/db: No such file (check that the file exists, is executable and that its interpreter is installed)
> list
    0  api#0     waiting   restarts 0  for db (gave up)
    1  db#0      errored   restarts 0  cannot execute /usr/bin/db: No such file
> program db stays
> start db
      16 ms  db#0      process:starting
      17 ms  db#0      process:online
      17 ms  api#0     process:starting
      17 ms            answer: db#0 online
      18 ms  api#0     process:online
> list
    0  api#0     online    restarts 0  up 2 ms
    1  db#0      online    restarts 0  up 3 ms
