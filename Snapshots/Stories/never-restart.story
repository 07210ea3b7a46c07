# restart: never. Whatever it ends with, it stays down.
app job restart=never
> program job exits 7 after 20ms
> start job
       6 ms  job#0     process:created
       6 ms  job#0     process:starting
       7 ms  job#0     process:online
       7 ms            answer: job#0 online
> wait 1h
      27 ms  job#0     process:exited (exit 7 after 20 ms)
      27 ms  job#0     process:stopped (exit 7)
> list
    0  job#0     stopped   restarts 0  last exit 7
