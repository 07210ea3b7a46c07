# A program that crashes is started again: at once the first time, then after a delay that doubles each time, from
# 100 ms up to 15 s, a tenth more or less, so that a fleet does not come back in step.
app api
> program api exits 3 after 10ms
> start api
       6 ms  api#0     process:created
       6 ms  api#0     process:starting
       7 ms  api#0     process:online
       7 ms            answer: api#0 online
> wait 2s
      17 ms  api#0     process:exited (exit 3 after 10 ms)
      17 ms  api#0     process:restarting
      17 ms  api#0     process:starting
      18 ms  api#0     process:online
      28 ms  api#0     process:exited (exit 3 after 10 ms)
      28 ms  api#0     process:waiting (2nd try in a row, in 104 ms)
     132 ms  api#0     process:restarting
     132 ms  api#0     process:starting
     133 ms  api#0     process:online
     143 ms  api#0     process:exited (exit 3 after 10 ms)
     143 ms  api#0     process:waiting (3rd try in a row, in 195 ms)
     338 ms  api#0     process:restarting
     338 ms  api#0     process:starting
     339 ms  api#0     process:online
     349 ms  api#0     process:exited (exit 3 after 10 ms)
     349 ms  api#0     process:waiting (4th try in a row, in 413 ms)
     762 ms  api#0     process:restarting
     762 ms  api#0     process:starting
     763 ms  api#0     process:online
     773 ms  api#0     process:exited (exit 3 after 10 ms)
     773 ms  api#0     process:waiting (5th try in a row, in 846 ms)
    1619 ms  api#0     process:restarting
    1619 ms  api#0     process:starting
    1620 ms  api#0     process:online
    1630 ms  api#0     process:exited (exit 3 after 10 ms)
    1630 ms  api#0     process:waiting (6th try in a row, in 1487 ms)
> list
    0  api#0     waiting   restarts 5  last exit 3  for 1107 ms  exit 3, 6th try in a row after a backoff

# Whoever starts it by hand waits for nothing, and the row begins anew.
> program api stays
> start api
    2016 ms  api#0     process:starting
    2017 ms  api#0     process:online
    2017 ms            answer: api#0 online
> list
    0  api#0     online    restarts 6  up 3 ms  last exit 3
