# A machine without room for another process refuses spawns. At a first start that is an error that says so; a
# running app that has to come back is tried again until there is room.
app api
> machine is full 1 times
> start api
       6 ms  api#0     process:created
       6 ms  api#0     process:starting
       6 ms  api#0     process:errored (the machine has no room for it: Resource temporarily unavailable)
       6 ms            answer: api#0 errored; OD4001: api was not started: the machine has no room for it: Resource temporarily unavailable (look at the limits of processes, descriptors and memory (ulimit -a))
> start api
      11 ms  api#0     process:starting
      12 ms  api#0     process:online
      12 ms            answer: api#0 online
> machine is full 2 times
> kill api#0
      20 ms  api#0     process:exited (SIGKILL after 8 ms)
      20 ms  api#0     process:restarting
      20 ms  api#0     process:starting
      20 ms  api#0     process:waiting (2nd try in a row, in 104 ms)
> wait 1s
     124 ms  api#0     process:restarting
     124 ms  api#0     process:starting
     124 ms  api#0     process:waiting (3rd try in a row, in 195 ms)
     319 ms  api#0     process:restarting
     319 ms  api#0     process:starting
     320 ms  api#0     process:online
> list
    0  api#0     online    restarts 3  up 705 ms  last SIGKILL
