# The engine is killed while an app waits for its next try. The app has waited long enough when the next engine
# finds it: it is started, and that counts as a restart.
app api
> program api exits 1 after 10ms
> start api
       6 ms  api#0     process:created
       6 ms  api#0     process:starting
       7 ms  api#0     process:online
       7 ms            answer: api#0 online
> wait 400ms
      17 ms  api#0     process:exited (exit 1 after 10 ms)
      17 ms  api#0     process:restarting
      17 ms  api#0     process:starting
      18 ms  api#0     process:online
      28 ms  api#0     process:exited (exit 1 after 10 ms)
      28 ms  api#0     process:waiting (2nd try in a row, in 104 ms)
     132 ms  api#0     process:restarting
     132 ms  api#0     process:starting
     133 ms  api#0     process:online
     143 ms  api#0     process:exited (exit 1 after 10 ms)
     143 ms  api#0     process:waiting (3rd try in a row, in 195 ms)
     338 ms  api#0     process:restarting
     338 ms  api#0     process:starting
     339 ms  api#0     process:online
     349 ms  api#0     process:exited (exit 1 after 10 ms)
     349 ms  api#0     process:waiting (4th try in a row, in 413 ms)
> list
    0  api#0     waiting   restarts 3  last exit 1  for 352 ms  exit 1, 4th try in a row after a backoff
> program api stays
> engine dies
> wait 1s
     515 ms            engine:recovered (0 runs held)
     762 ms  api#0     process:restarting
     762 ms  api#0     process:starting
     763 ms  api#0     process:online
> list
    0  api#0     online    restarts 4  up 657 ms  last exit 1
