# restart: on-failure. A program that ends with 0 has finished: it is stopped, with its exit code shown.
app job restart=on-failure
> program job exits 0 after 20ms
> start job
       6 ms  job#0     process:created
       6 ms  job#0     process:starting
       7 ms  job#0     process:online
       7 ms            answer: job#0 online
> wait 1h
      27 ms  job#0     process:exited (exit 0 after 20 ms)
      27 ms  job#0     process:stopped (exit 0)
> list
    0  job#0     stopped   restarts 0  last exit 0

# One that fails is started again.
> program job exits 4 after 20ms
> start job
 3600016 ms  job#0     process:starting
 3600017 ms  job#0     process:online
 3600017 ms            answer: job#0 online
> wait 100ms
 3600037 ms  job#0     process:exited (exit 4 after 20 ms)
 3600037 ms  job#0     process:restarting
 3600037 ms  job#0     process:starting
 3600038 ms  job#0     process:online
 3600058 ms  job#0     process:exited (exit 4 after 20 ms)
 3600058 ms  job#0     process:waiting (2nd try in a row, in 98 ms)
> list
    0  job#0     waiting   restarts 1  last exit 4  for 36 ms  exit 4, 2nd try in a row after a backoff
