# A job that must be done first: only success counts where success is asked for.
app api needs=migrate:completed-successfully
app audit needs=migrate:completed
app migrate restart=never
> program migrate exits 3 after 40ms
> start api audit migrate
       6 ms  api#0     process:created
       6 ms  audit#0   process:created
       6 ms  migrate#0  process:created
       6 ms  migrate#0  process:starting
       6 ms  api#0     process:waiting (for migrate (starting))
       6 ms  audit#0   process:waiting (for migrate (starting))
       7 ms  migrate#0  process:online
       7 ms            answer: api#0 waiting, audit#0 waiting, migrate#0 online
> wait 100ms
      47 ms  migrate#0  process:exited (exit 3 after 40 ms)
      47 ms  migrate#0  process:stopped (exit 3)
      47 ms  audit#0   process:starting
      48 ms  audit#0   process:online
> list
    0  api#0     waiting   restarts 0  for migrate (failed: exit 3)
    1  audit#0   online    restarts 0  up 62 ms
    2  migrate#0  stopped   restarts 0  last exit 3
> program migrate exits 0 after 40ms
> start migrate
     116 ms  migrate#0  process:starting
     117 ms  migrate#0  process:online
     117 ms            answer: migrate#0 online
> wait 100ms
     157 ms  migrate#0  process:exited (exit 0 after 40 ms)
     157 ms  migrate#0  process:stopped (exit 0)
     157 ms  api#0     process:starting
     158 ms  api#0     process:online
> list
    0  api#0     online    restarts 0  up 62 ms
    1  audit#0   online    restarts 0  up 172 ms
    2  migrate#0  stopped   restarts 0  last exit 0
# What is done is not done again for another start.
> stop api
     221 ms  api#0     <- SIGTERM
     221 ms  api#0     process:stopping
     222 ms  api#0     process:exited (SIGTERM after 64 ms)
     222 ms  api#0     process:stopped (SIGTERM)
     222 ms            answer: api#0 stopped
> start api
     226 ms  api#0     process:starting
     227 ms  api#0     process:online
     227 ms            answer: api#0 online
> list
    0  api#0     online    restarts 0  up 3 ms  last SIGTERM
    1  audit#0   online    restarts 0  up 182 ms
    2  migrate#0  stopped   restarts 0  last exit 0
