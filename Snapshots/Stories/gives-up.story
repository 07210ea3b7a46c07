# After so many quick exits within a minute (16 unless the app says otherwise) od gives up: the app is errored, and
# nothing happens until somebody starts it.
app api max=3 strategy=fixed delay=0
> program api exits 1 after 1ms
> start api
       6 ms  api#0     process:created
       6 ms  api#0     process:starting
       7 ms  api#0     process:online
       7 ms            answer: api#0 online
       8 ms  api#0     process:exited (exit 1 after 1 ms)
       8 ms  api#0     process:restarting
       8 ms  api#0     process:starting
       9 ms  api#0     process:online
      10 ms  api#0     process:exited (exit 1 after 1 ms)
      10 ms  api#0     process:restarting
      10 ms  api#0     process:starting
> wait 1h
      11 ms  api#0     process:online
      12 ms  api#0     process:exited (exit 1 after 1 ms)
      12 ms  api#0     process:errored (3 quick exits, the last exit 1)
> list
    0  api#0     errored   restarts 2  last exit 1  3 quick exits, the last exit 1

# Starting it by hand forgets the past.
> program api stays
> start api
 3600016 ms  api#0     process:starting
 3600017 ms  api#0     process:online
 3600017 ms            answer: api#0 online
> list
    0  api#0     online    restarts 0  up 3 ms  last exit 1
