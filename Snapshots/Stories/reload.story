# A run is replaced when its successor has stayed up for minUptime; instances come one after the other; a failure touches
# no other. What has one instance is restarted.
app api instances=2
app one
> start api one
       1 ms  api#0     process:created
       1 ms  api#1     process:created
       1 ms  one#0     process:created
       1 ms  api#0     process:starting
       1 ms  api#1     process:starting
       1 ms  one#0     process:starting
       2 ms  api#0     process:online
       2 ms  api#1     process:online
       2 ms  one#0     process:online
       2 ms            answer: api#0 online, api#1 online, one#0 online
> reload api
       6 ms  api#0     process:starting (run 2 beside run 1)
> wait 3s
    1007 ms  api#0     <- SIGTERM
    1007 ms  api#0     process:reloaded (run 2 in the place of run 1)
    1007 ms  api#0     process:stopping
    1008 ms  api#0     process:exited (run 1: SIGTERM after 1006 ms)
    1008 ms  api#0     process:online
    1008 ms  api#1     process:starting (run 2 beside run 1)
    2009 ms  api#1     <- SIGTERM
    2009 ms  api#1     process:reloaded (run 2 in the place of run 1)
    2009 ms  api#1     process:stopping
    2010 ms  api#1     process:exited (run 1: SIGTERM after 2008 ms)
    2010 ms  api#1     process:online
    2010 ms            answer: api#0 online, api#1 online
> program api exits 3 after 200ms
> reload api
    3016 ms  api#0     process:starting (run 3 beside run 2)
> wait 1s
    3217 ms  api#0     process:exited (run 3: exit 3 after 200 ms)
    3217 ms  api#0     process:online (run 2 goes on)
    3217 ms            answer: api#0 online, api#1 online; OD4006: api#0 was not reloaded: the new run ended with exit 3 after 200 ms (the run before goes on; od logs api#0 --err says more; then reload it again)
> program api stays
> reload all
    4026 ms  one#0     <- SIGTERM
    4026 ms  api#0     process:starting (run 4 beside run 2)
    4026 ms  one#0     process:stopping
    4027 ms  one#0     process:exited (SIGTERM after 4025 ms)
    4027 ms  one#0     process:restarting
    4027 ms  one#0     process:starting
    4028 ms  one#0     process:online
> wait 3s
    5027 ms  api#0     <- SIGTERM
    5027 ms  api#0     process:reloaded (run 4 in the place of run 2)
    5027 ms  api#0     process:stopping
    5028 ms  api#0     process:exited (run 2: SIGTERM after 5021 ms)
    5028 ms  api#0     process:online
    5028 ms  api#1     process:starting (run 3 beside run 2)
    6029 ms  api#1     <- SIGTERM
    6029 ms  api#1     process:reloaded (run 3 in the place of run 2)
    6029 ms  api#1     process:stopping
    6030 ms  api#1     process:exited (run 2: SIGTERM after 5021 ms)
    6030 ms  api#1     process:online
    6030 ms            answer: api#0 online, api#1 online, one#0 online; restarted: one
> list
    0  api#0     online    restarts 2  up 3003 ms  last SIGTERM
    1  api#1     online    restarts 2  up 2001 ms  last SIGTERM
    2  one#0     online    restarts 1  up 3002 ms  last SIGTERM
> scale api 1
    7031 ms  api#1     <- SIGTERM
    7031 ms  api#1     process:stopping
    7031 ms  api#0     process:scaled (2 to 1 instances)
    7032 ms  api#1     process:exited (SIGTERM after 2003 ms)
    7032 ms  api#1     process:stopped (SIGTERM)
    7032 ms  api#1     process:deleted
    7032 ms            answer: api#0 online, api#1 stopped
> reset all
    7036 ms  api#0     process:online (restarts are counted from zero)
    7036 ms  one#0     process:online (restarts are counted from zero)
    7036 ms            answer: api#0 online, one#0 online
> list
    0  api#0     online    restarts 0  up 3013 ms  last SIGTERM
    2  one#0     online    restarts 0  up 3012 ms  last SIGTERM
