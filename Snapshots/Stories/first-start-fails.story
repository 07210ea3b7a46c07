# An app that cannot be executed at its first start is an error for whoever started it: nothing is tried again.
app api
> program api missing
> start api
       6 ms  api#0     process:created
       6 ms  api#0     process:starting
       7 ms  api#0     process:errored (cannot execute /usr/bin/api: No such file)
       7 ms            answer: api#0 errored; OD4001: api was not started: cannot execute /usr/bin/api: No such file (check that the file exists, is executable and that its interpreter is installed)
> list
    0  api#0     errored   restarts 0  cannot execute /usr/bin/api: No such file

# Once the program is there it starts.
> program api stays
> start api
      16 ms  api#0     process:starting
      17 ms  api#0     process:online
      17 ms            answer: api#0 online
> list
    0  api#0     online    restarts 0  up 3 ms
