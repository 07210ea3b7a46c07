# Stopping is polite first: the stop signal (SIGTERM unless the app says otherwise) to the whole tree, then time.
app api signal=SIGINT kill=500
> start api
       1 ms  api#0     process:created
       1 ms  api#0     process:starting
       2 ms  api#0     process:online
       2 ms            answer: api#0 online
> stop api
       6 ms  api#0     <- SIGINT
       6 ms  api#0     process:stopping
       7 ms  api#0     process:exited (SIGINT after 5 ms)
       7 ms  api#0     process:stopped (SIGINT)
       7 ms            answer: api#0 stopped
> list
    0  api#0     stopped   restarts 0  last SIGINT

# What does not listen is killed when its time is over. Until nothing of it lives it is not shown as stopped.
> program api deaf
> start api
      16 ms  api#0     process:starting
      17 ms  api#0     process:online
      17 ms            answer: api#0 online
> stop api
      22 ms  api#0     <- SIGINT
      22 ms  api#0     process:stopping
> wait 490ms
> list
    0  api#0     stopping  restarts 0  up 498 ms  last SIGINT
> wait 10ms
     522 ms  api#0     <- SIGKILL
     522 ms  api#0     process:stopping (did not end in time: SIGKILL)
     523 ms  api#0     process:exited (SIGKILL after 506 ms)
     523 ms  api#0     process:stopped (SIGKILL)
     523 ms            answer: api#0 stopped
> list
    0  api#0     stopped   restarts 0  last SIGKILL
