# A restart may meet a program that is just being replaced: that is tried again like any quick exit.
app api
> start api
       1 ms  api#0     process:created
       1 ms  api#0     process:starting
       2 ms  api#0     process:online
       2 ms            answer: api#0 online
> program api missing
> restart api
      11 ms  api#0     <- SIGTERM
      11 ms  api#0     process:stopping
      12 ms  api#0     process:exited (SIGTERM after 10 ms)
      12 ms  api#0     process:restarting
      12 ms  api#0     process:starting
      13 ms  api#0     process:restarting
      13 ms  api#0     process:starting
      14 ms  api#0     process:waiting (2nd try in a row, in 104 ms)
      14 ms            answer: api#0 waiting; OD4001: api was not started: cannot execute /usr/bin/api: No such file (check that the file exists, is executable and that its interpreter is installed)
> wait 200ms
     118 ms  api#0     process:restarting
     118 ms  api#0     process:starting
     119 ms  api#0     process:waiting (3rd try in a row, in 195 ms)
> program api stays
> wait 1s
     314 ms  api#0     process:restarting
     314 ms  api#0     process:starting
     315 ms  api#0     process:online
> list
    0  api#0     online    restarts 4  up 905 ms  last SIGTERM
