# Every command that takes targets, with every kind of them: a name, one in a project, an instance, an id, a project,
# /regex/, all, and several.
app api instances=2
app web
> apply default api web
       1 ms  api#0     process:created
       1 ms  api#1     process:created
       1 ms  api#0     process:starting
       1 ms  api#1     process:starting
       1 ms  web#0     process:created
       1 ms  web#0     process:starting
       1 ms            config:applied (default)
       2 ms  api#0     process:online
       2 ms  api#1     process:online
       2 ms  web#0     process:online
       2 ms            answer: api added, web added; api#0 online, api#1 online, web#0 online
> stop api
       6 ms  api#0     <- SIGTERM
       6 ms  api#1     <- SIGTERM
       6 ms  api#0     process:stopping
       6 ms  api#1     process:stopping
       7 ms  api#0     process:exited (SIGTERM after 5 ms)
       7 ms  api#0     process:stopped (SIGTERM)
       7 ms  api#1     process:exited (SIGTERM after 5 ms)
       7 ms  api#1     process:stopped (SIGTERM)
       7 ms            answer: api#0 stopped, api#1 stopped
> start api
      11 ms  api#0     process:starting
      11 ms  api#1     process:starting
      12 ms  api#0     process:online
      12 ms  api#1     process:online
      12 ms            answer: api#0 online, api#1 online
> wait 100ms
> stop default/api
     116 ms  api#0     <- SIGTERM
     116 ms  api#1     <- SIGTERM
     116 ms  api#0     process:stopping
     116 ms  api#1     process:stopping
     117 ms  api#0     process:exited (SIGTERM after 105 ms)
     117 ms  api#0     process:stopped (SIGTERM)
     117 ms  api#1     process:exited (SIGTERM after 105 ms)
     117 ms  api#1     process:stopped (SIGTERM)
     117 ms            answer: api#0 stopped, api#1 stopped
> start default/api
     121 ms  api#0     process:starting
     121 ms  api#1     process:starting
     122 ms  api#0     process:online
     122 ms  api#1     process:online
     122 ms            answer: api#0 online, api#1 online
> wait 100ms
> stop api#1
     226 ms  api#1     <- SIGTERM
     226 ms  api#1     process:stopping
     227 ms  api#1     process:exited (SIGTERM after 105 ms)
     227 ms  api#1     process:stopped (SIGTERM)
     227 ms            answer: api#1 stopped
> start api#1
     231 ms  api#1     process:starting
     232 ms  api#1     process:online
     232 ms            answer: api#1 online
> wait 100ms
> stop 2
     336 ms  web#0     <- SIGTERM
     336 ms  web#0     process:stopping
     337 ms  web#0     process:exited (SIGTERM after 335 ms)
     337 ms  web#0     process:stopped (SIGTERM)
     337 ms            answer: web#0 stopped
> start 2
     341 ms  web#0     process:starting
     342 ms  web#0     process:online
     342 ms            answer: web#0 online
> wait 100ms
> stop default
     446 ms  api#0     <- SIGTERM
     446 ms  api#1     <- SIGTERM
     446 ms  web#0     <- SIGTERM
     446 ms  api#0     process:stopping
     446 ms  api#1     process:stopping
     446 ms  web#0     process:stopping
     447 ms  api#0     process:exited (SIGTERM after 325 ms)
     447 ms  api#0     process:stopped (SIGTERM)
     447 ms  api#1     process:exited (SIGTERM after 215 ms)
     447 ms  api#1     process:stopped (SIGTERM)
     447 ms  web#0     process:exited (SIGTERM after 105 ms)
     447 ms  web#0     process:stopped (SIGTERM)
     447 ms            answer: api#0 stopped, api#1 stopped, web#0 stopped
> start default
     451 ms  api#0     process:starting
     451 ms  api#1     process:starting
     451 ms  web#0     process:starting
     452 ms  api#0     process:online
     452 ms  api#1     process:online
     452 ms  web#0     process:online
     452 ms            answer: api#0 online, api#1 online, web#0 online
> wait 100ms
> stop /^w/
     556 ms  web#0     <- SIGTERM
     556 ms  web#0     process:stopping
     557 ms  web#0     process:exited (SIGTERM after 105 ms)
     557 ms  web#0     process:stopped (SIGTERM)
     557 ms            answer: web#0 stopped
> start /^w/
     561 ms  web#0     process:starting
     562 ms  web#0     process:online
     562 ms            answer: web#0 online
> wait 100ms
> stop all
     666 ms  api#0     <- SIGTERM
     666 ms  api#1     <- SIGTERM
     666 ms  web#0     <- SIGTERM
     666 ms  api#0     process:stopping
     666 ms  api#1     process:stopping
     666 ms  web#0     process:stopping
     667 ms  api#0     process:exited (SIGTERM after 215 ms)
     667 ms  api#0     process:stopped (SIGTERM)
     667 ms  api#1     process:exited (SIGTERM after 215 ms)
     667 ms  api#1     process:stopped (SIGTERM)
     667 ms  web#0     process:exited (SIGTERM after 105 ms)
     667 ms  web#0     process:stopped (SIGTERM)
     667 ms            answer: api#0 stopped, api#1 stopped, web#0 stopped
> start all
     671 ms  api#0     process:starting
     671 ms  api#1     process:starting
     671 ms  web#0     process:starting
     672 ms  api#0     process:online
     672 ms  api#1     process:online
     672 ms  web#0     process:online
     672 ms            answer: api#0 online, api#1 online, web#0 online
> wait 100ms
> stop api web
     776 ms  api#0     <- SIGTERM
     776 ms  api#1     <- SIGTERM
     776 ms  web#0     <- SIGTERM
     776 ms  api#0     process:stopping
     776 ms  api#1     process:stopping
     776 ms  web#0     process:stopping
     777 ms  api#0     process:exited (SIGTERM after 105 ms)
     777 ms  api#0     process:stopped (SIGTERM)
     777 ms  api#1     process:exited (SIGTERM after 105 ms)
     777 ms  api#1     process:stopped (SIGTERM)
     777 ms  web#0     process:exited (SIGTERM after 105 ms)
     777 ms  web#0     process:stopped (SIGTERM)
     777 ms            answer: api#0 stopped, api#1 stopped, web#0 stopped
> start api web
     781 ms  api#0     process:starting
     781 ms  api#1     process:starting
     781 ms  web#0     process:starting
     782 ms  api#0     process:online
     782 ms  api#1     process:online
     782 ms  web#0     process:online
     782 ms            answer: api#0 online, api#1 online, web#0 online
> wait 100ms
> start api
     886 ms            answer: api#0 online, api#1 online
> start default/api
     891 ms            answer: api#0 online, api#1 online
> start api#1
     896 ms            answer: api#1 online
> start 2
     901 ms            answer: web#0 online
> start default
     906 ms            answer: api#0 online, api#1 online, web#0 online
> start /^w/
     911 ms            answer: web#0 online
> start all
     916 ms            answer: api#0 online, api#1 online, web#0 online
> start api web
     921 ms            answer: api#0 online, api#1 online, web#0 online
> restart api
     926 ms  api#0     <- SIGTERM
     926 ms  api#1     <- SIGTERM
     926 ms  api#0     process:stopping
     926 ms  api#1     process:stopping
     927 ms  api#0     process:exited (SIGTERM after 145 ms)
     927 ms  api#0     process:restarting
     927 ms  api#0     process:starting
     927 ms  api#1     process:exited (SIGTERM after 145 ms)
     927 ms  api#1     process:restarting
     927 ms  api#1     process:starting
     928 ms  api#0     process:online
     928 ms  api#1     process:online
     928 ms            answer: api#0 online, api#1 online
> restart default/api
     931 ms  api#0     <- SIGTERM
     931 ms  api#1     <- SIGTERM
     931 ms  api#0     process:stopping
     931 ms  api#1     process:stopping
     932 ms  api#0     process:exited (SIGTERM after 4 ms)
     932 ms  api#0     process:restarting
     932 ms  api#0     process:starting
     932 ms  api#1     process:exited (SIGTERM after 4 ms)
     932 ms  api#1     process:restarting
     932 ms  api#1     process:starting
     933 ms  api#0     process:online
     933 ms  api#1     process:online
     933 ms            answer: api#0 online, api#1 online
> restart api#1
     936 ms  api#1     <- SIGTERM
     936 ms  api#1     process:stopping
     937 ms  api#1     process:exited (SIGTERM after 4 ms)
     937 ms  api#1     process:restarting
     937 ms  api#1     process:starting
     938 ms  api#1     process:online
     938 ms            answer: api#1 online
> restart 2
     941 ms  web#0     <- SIGTERM
     941 ms  web#0     process:stopping
     942 ms  web#0     process:exited (SIGTERM after 160 ms)
     942 ms  web#0     process:restarting
     942 ms  web#0     process:starting
     943 ms  web#0     process:online
     943 ms            answer: web#0 online
> restart default
     946 ms  api#0     <- SIGTERM
     946 ms  api#1     <- SIGTERM
     946 ms  web#0     <- SIGTERM
     946 ms  api#0     process:stopping
     946 ms  api#1     process:stopping
     946 ms  web#0     process:stopping
     947 ms  api#0     process:exited (SIGTERM after 14 ms)
     947 ms  api#0     process:restarting
     947 ms  api#0     process:starting
     947 ms  api#1     process:exited (SIGTERM after 9 ms)
     947 ms  api#1     process:restarting
     947 ms  api#1     process:starting
     947 ms  web#0     process:exited (SIGTERM after 4 ms)
     947 ms  web#0     process:restarting
     947 ms  web#0     process:starting
     948 ms  api#0     process:online
     948 ms  api#1     process:online
     948 ms  web#0     process:online
     948 ms            answer: api#0 online, api#1 online, web#0 online
> restart /^w/
     951 ms  web#0     <- SIGTERM
     951 ms  web#0     process:stopping
     952 ms  web#0     process:exited (SIGTERM after 4 ms)
     952 ms  web#0     process:restarting
     952 ms  web#0     process:starting
     953 ms  web#0     process:online
     953 ms            answer: web#0 online
> restart all
     956 ms  api#0     <- SIGTERM
     956 ms  api#1     <- SIGTERM
     956 ms  web#0     <- SIGTERM
     956 ms  api#0     process:stopping
     956 ms  api#1     process:stopping
     956 ms  web#0     process:stopping
     957 ms  api#0     process:exited (SIGTERM after 9 ms)
     957 ms  api#0     process:restarting
     957 ms  api#0     process:starting
     957 ms  api#1     process:exited (SIGTERM after 9 ms)
     957 ms  api#1     process:restarting
     957 ms  api#1     process:starting
     957 ms  web#0     process:exited (SIGTERM after 4 ms)
     957 ms  web#0     process:restarting
     957 ms  web#0     process:starting
     958 ms  api#0     process:online
     958 ms  api#1     process:online
     958 ms  web#0     process:online
     958 ms            answer: api#0 online, api#1 online, web#0 online
> restart api web
     961 ms  api#0     <- SIGTERM
     961 ms  api#1     <- SIGTERM
     961 ms  web#0     <- SIGTERM
     961 ms  api#0     process:stopping
     961 ms  api#1     process:stopping
     961 ms  web#0     process:stopping
     962 ms  api#0     process:exited (SIGTERM after 4 ms)
     962 ms  api#0     process:restarting
     962 ms  api#0     process:starting
     962 ms  api#1     process:exited (SIGTERM after 4 ms)
     962 ms  api#1     process:restarting
     962 ms  api#1     process:starting
     962 ms  web#0     process:exited (SIGTERM after 4 ms)
     962 ms  web#0     process:restarting
     962 ms  web#0     process:starting
     963 ms  api#0     process:online
     963 ms  api#1     process:online
     963 ms  web#0     process:online
     963 ms            answer: api#0 online, api#1 online, web#0 online
> reset api
     966 ms  api#0     process:online (restarts are counted from zero)
     966 ms  api#1     process:online (restarts are counted from zero)
     966 ms            answer: api#0 online, api#1 online
> reset default/api
     971 ms            answer: api#0 online, api#1 online
> reset api#1
     976 ms            answer: api#1 online
> reset 2
     981 ms  web#0     process:online (restarts are counted from zero)
     981 ms            answer: web#0 online
> reset default
     986 ms            answer: api#0 online, api#1 online, web#0 online
> reset /^w/
     991 ms            answer: web#0 online
> reset all
     996 ms            answer: api#0 online, api#1 online, web#0 online
> reset api web
    1001 ms            answer: api#0 online, api#1 online, web#0 online
> reload api
    1006 ms  api#0     process:starting (run 12 beside run 11)
> wait 3s
    2007 ms  api#0     <- SIGTERM
    2007 ms  api#0     process:reloaded (run 12 in the place of run 11)
    2007 ms  api#0     process:stopping
    2008 ms  api#0     process:exited (run 11: SIGTERM after 1045 ms)
    2008 ms  api#0     process:online
    2008 ms  api#1     process:starting (run 14 beside run 13)
    3009 ms  api#1     <- SIGTERM
    3009 ms  api#1     process:reloaded (run 14 in the place of run 13)
    3009 ms  api#1     process:stopping
    3010 ms  api#1     process:exited (run 13: SIGTERM after 2047 ms)
    3010 ms  api#1     process:online
    3010 ms            answer: api#0 online, api#1 online
> reload default/api
    4011 ms  api#0     process:starting (run 13 beside run 12)
> wait 3s
    5012 ms  api#0     <- SIGTERM
    5012 ms  api#0     process:reloaded (run 13 in the place of run 12)
    5012 ms  api#0     process:stopping
    5013 ms  api#0     process:exited (run 12: SIGTERM after 4006 ms)
    5013 ms  api#0     process:online
    5013 ms  api#1     process:starting (run 15 beside run 14)
    6014 ms  api#1     <- SIGTERM
    6014 ms  api#1     process:reloaded (run 15 in the place of run 14)
    6014 ms  api#1     process:stopping
    6015 ms  api#1     process:exited (run 14: SIGTERM after 4006 ms)
    6015 ms  api#1     process:online
    6015 ms            answer: api#0 online, api#1 online
> reload api#1
    7016 ms  api#1     process:starting (run 16 beside run 15)
> wait 3s
    8017 ms  api#1     <- SIGTERM
    8017 ms  api#1     process:reloaded (run 16 in the place of run 15)
    8017 ms  api#1     process:stopping
    8018 ms  api#1     process:exited (run 15: SIGTERM after 3004 ms)
    8018 ms  api#1     process:online
    8018 ms            answer: api#1 online
> reload 2
   10021 ms  web#0     <- SIGTERM
   10021 ms  web#0     process:stopping
   10022 ms  web#0     process:exited (SIGTERM after 9059 ms)
   10022 ms  web#0     process:restarting
   10022 ms  web#0     process:starting
   10023 ms  web#0     process:online
   10023 ms            answer: web#0 online; restarted: web
> wait 3s
> reload default
   13026 ms  web#0     <- SIGTERM
   13026 ms  api#0     process:starting (run 14 beside run 13)
   13026 ms  web#0     process:stopping
   13027 ms  web#0     process:exited (SIGTERM after 3004 ms)
   13027 ms  web#0     process:restarting
   13027 ms  web#0     process:starting
   13028 ms  web#0     process:online
> wait 3s
   14027 ms  api#0     <- SIGTERM
   14027 ms  api#0     process:reloaded (run 14 in the place of run 13)
   14027 ms  api#0     process:stopping
   14028 ms  api#0     process:exited (run 13: SIGTERM after 10016 ms)
   14028 ms  api#0     process:online
   14028 ms  api#1     process:starting (run 17 beside run 16)
   15029 ms  api#1     <- SIGTERM
   15029 ms  api#1     process:reloaded (run 17 in the place of run 16)
   15029 ms  api#1     process:stopping
   15030 ms  api#1     process:exited (run 16: SIGTERM after 8013 ms)
   15030 ms  api#1     process:online
   15030 ms            answer: api#0 online, api#1 online, web#0 online; restarted: web
> reload /^w/
   16031 ms  web#0     <- SIGTERM
   16031 ms  web#0     process:stopping
   16032 ms  web#0     process:exited (SIGTERM after 3004 ms)
   16032 ms  web#0     process:restarting
   16032 ms  web#0     process:starting
   16033 ms  web#0     process:online
   16033 ms            answer: web#0 online; restarted: web
> wait 3s
> reload all
   19036 ms  web#0     <- SIGTERM
   19036 ms  api#0     process:starting (run 15 beside run 14)
   19036 ms  web#0     process:stopping
   19037 ms  web#0     process:exited (SIGTERM after 3004 ms)
   19037 ms  web#0     process:restarting
   19037 ms  web#0     process:starting
   19038 ms  web#0     process:online
> wait 3s
   20037 ms  api#0     <- SIGTERM
   20037 ms  api#0     process:reloaded (run 15 in the place of run 14)
   20037 ms  api#0     process:stopping
   20038 ms  api#0     process:exited (run 14: SIGTERM after 7011 ms)
   20038 ms  api#0     process:online
   20038 ms  api#1     process:starting (run 18 beside run 17)
   21039 ms  api#1     <- SIGTERM
   21039 ms  api#1     process:reloaded (run 18 in the place of run 17)
   21039 ms  api#1     process:stopping
   21040 ms  api#1     process:exited (run 17: SIGTERM after 7011 ms)
   21040 ms  api#1     process:online
   21040 ms            answer: api#0 online, api#1 online, web#0 online; restarted: web
> reload api web
   22041 ms  web#0     <- SIGTERM
   22041 ms  api#0     process:starting (run 16 beside run 15)
   22041 ms  web#0     process:stopping
   22042 ms  web#0     process:exited (SIGTERM after 3004 ms)
   22042 ms  web#0     process:restarting
   22042 ms  web#0     process:starting
   22043 ms  web#0     process:online
> wait 3s
   23042 ms  api#0     <- SIGTERM
   23042 ms  api#0     process:reloaded (run 16 in the place of run 15)
   23042 ms  api#0     process:stopping
   23043 ms  api#0     process:exited (run 15: SIGTERM after 4006 ms)
   23043 ms  api#0     process:online
   23043 ms  api#1     process:starting (run 19 beside run 18)
   24044 ms  api#1     <- SIGTERM
   24044 ms  api#1     process:reloaded (run 19 in the place of run 18)
   24044 ms  api#1     process:stopping
   24045 ms  api#1     process:exited (run 18: SIGTERM after 4006 ms)
   24045 ms  api#1     process:online
   24045 ms            answer: api#0 online, api#1 online, web#0 online; restarted: web
> scale api 3
   25046 ms  api#2     process:created
   25046 ms  api#0     process:scaled (2 to 3 instances)
   25046 ms  api#2     process:starting
   25047 ms  api#2     process:online
   25047 ms            answer: api#0 online, api#1 online, api#2 online
> scale default/api +1
   25051 ms  api#3     process:created
   25051 ms  api#0     process:scaled (3 to 4 instances)
   25051 ms  api#3     process:starting
   25052 ms  api#3     process:online
   25052 ms            answer: api#0 online, api#1 online, api#2 online, api#3 online
> scale api#1 -1
   25056 ms  api#3     <- SIGTERM
   25056 ms  api#3     process:stopping
   25056 ms  api#0     process:scaled (4 to 3 instances)
   25057 ms  api#3     process:exited (SIGTERM after 5 ms)
   25057 ms  api#3     process:stopped (SIGTERM)
   25057 ms  api#3     process:deleted
   25057 ms            answer: api#0 online, api#1 online, api#2 online, api#3 stopped
> scale 2 2
   25061 ms  web#1     process:created
   25061 ms  web#0     process:scaled (1 to 2 instances)
   25061 ms  web#1     process:starting
   25062 ms  web#1     process:online
   25062 ms            answer: web#0 online, web#1 online
> scale default +1
   25066 ms  api#3     process:created
   25066 ms  api#0     process:scaled (3 to 4 instances)
   25066 ms  api#3     process:starting
   25066 ms  web#2     process:created
   25066 ms  web#0     process:scaled (2 to 3 instances)
   25066 ms  web#2     process:starting
   25067 ms  api#3     process:online
   25067 ms  web#2     process:online
   25067 ms            answer: api#0 online, api#1 online, web#0 online, api#2 online, web#1 online, api#3 online, web#2 online
> scale /^w/ -1
   25071 ms  web#2     <- SIGTERM
   25071 ms  web#2     process:stopping
   25071 ms  web#0     process:scaled (3 to 2 instances)
   25072 ms  web#2     process:exited (SIGTERM after 5 ms)
   25072 ms  web#2     process:stopped (SIGTERM)
   25072 ms  web#2     process:deleted
   25072 ms            answer: web#0 online, web#1 online, web#2 stopped
> scale all 1
   25076 ms  api#1     <- SIGTERM
   25076 ms  api#2     <- SIGTERM
   25076 ms  api#3     <- SIGTERM
   25076 ms  web#1     <- SIGTERM
   25076 ms  api#1     process:stopping
   25076 ms  api#2     process:stopping
   25076 ms  api#3     process:stopping
   25076 ms  api#0     process:scaled (4 to 1 instances)
   25076 ms  web#1     process:stopping
   25076 ms  web#0     process:scaled (2 to 1 instances)
   25077 ms  api#1     process:exited (SIGTERM after 2033 ms)
   25077 ms  api#1     process:stopped (SIGTERM)
   25077 ms  api#1     process:deleted
   25077 ms  api#2     process:exited (SIGTERM after 30 ms)
   25077 ms  api#2     process:stopped (SIGTERM)
   25077 ms  api#2     process:deleted
   25077 ms  api#3     process:exited (SIGTERM after 10 ms)
   25077 ms  api#3     process:stopped (SIGTERM)
   25077 ms  api#3     process:deleted
   25077 ms  web#1     process:exited (SIGTERM after 15 ms)
   25077 ms  web#1     process:stopped (SIGTERM)
   25077 ms  web#1     process:deleted
   25077 ms            answer: api#0 online, api#1 stopped, web#0 online, api#2 stopped, web#1 stopped, api#3 stopped
> scale api web +1
   25081 ms  api#1     process:created
   25081 ms  api#0     process:scaled (1 to 2 instances)
   25081 ms  api#1     process:starting
   25081 ms  web#1     process:created
   25081 ms  web#0     process:scaled (1 to 2 instances)
   25081 ms  web#1     process:starting
   25082 ms  api#1     process:online
   25082 ms  web#1     process:online
   25082 ms            answer: api#0 online, api#1 online, web#0 online, web#1 online
> list
    0  api#0     online    restarts 5  up 3043 ms  last SIGTERM
    1  api#1     online    restarts 0  up 3 ms
    2  web#0     online    restarts 5  up 3042 ms  last SIGTERM
    3  web#1     online    restarts 0  up 3 ms
> delete api
   25086 ms  api#0     <- SIGTERM
   25086 ms  api#1     <- SIGTERM
   25086 ms  api#0     process:stopping
   25086 ms  api#1     process:stopping
   25087 ms  api#0     process:exited (SIGTERM after 3045 ms)
   25087 ms  api#0     process:stopped (SIGTERM)
   25087 ms  api#0     process:deleted
   25087 ms  api#1     process:exited (SIGTERM after 5 ms)
   25087 ms  api#1     process:stopped (SIGTERM)
   25087 ms  api#1     process:deleted
   25087 ms            answer: api#0 stopped, api#1 stopped
> wait 10ms
> list
    2  web#0     online    restarts 5  up 3057 ms  last SIGTERM
    3  web#1     online    restarts 0  up 18 ms
> apply default
   25101 ms  web#0     <- SIGTERM
   25101 ms  web#1     <- SIGTERM
   25101 ms  web#0     process:stopping
   25101 ms  web#1     process:stopping
   25101 ms            config:applied (default)
   25102 ms  web#0     process:exited (SIGTERM after 3059 ms)
   25102 ms  web#0     process:stopped (SIGTERM)
   25102 ms  web#0     process:deleted
   25102 ms  web#1     process:exited (SIGTERM after 20 ms)
   25102 ms  web#1     process:stopped (SIGTERM)
   25102 ms  web#1     process:deleted
   25102 ms            answer: web removed; web#0 stopped, web#1 stopped
> wait 10ms
> apply default api web
   25116 ms  api#0     process:created
   25116 ms  api#1     process:created
   25116 ms  api#0     process:starting
   25116 ms  api#1     process:starting
   25116 ms  web#0     process:created
   25116 ms  web#0     process:starting
   25116 ms            config:applied (default)
   25117 ms  api#0     process:online
   25117 ms  api#1     process:online
   25117 ms  web#0     process:online
   25117 ms            answer: api added, web added; api#0 online, api#1 online, web#0 online
> delete default/api
   25121 ms  api#0     <- SIGTERM
   25121 ms  api#1     <- SIGTERM
   25121 ms  api#0     process:stopping
   25121 ms  api#1     process:stopping
   25122 ms  api#0     process:exited (SIGTERM after 5 ms)
   25122 ms  api#0     process:stopped (SIGTERM)
   25122 ms  api#0     process:deleted
   25122 ms  api#1     process:exited (SIGTERM after 5 ms)
   25122 ms  api#1     process:stopped (SIGTERM)
   25122 ms  api#1     process:deleted
   25122 ms            answer: api#0 stopped, api#1 stopped
> wait 10ms
> list
    2  web#0     online    restarts 0  up 18 ms
> apply default
   25136 ms  web#0     <- SIGTERM
   25136 ms  web#0     process:stopping
   25136 ms            config:applied (default)
   25137 ms  web#0     process:exited (SIGTERM after 20 ms)
   25137 ms  web#0     process:stopped (SIGTERM)
   25137 ms  web#0     process:deleted
   25137 ms            answer: web removed; web#0 stopped
> wait 10ms
> apply default api web
   25151 ms  api#0     process:created
   25151 ms  api#1     process:created
   25151 ms  api#0     process:starting
   25151 ms  api#1     process:starting
   25151 ms  web#0     process:created
   25151 ms  web#0     process:starting
   25151 ms            config:applied (default)
   25152 ms  api#0     process:online
   25152 ms  api#1     process:online
   25152 ms  web#0     process:online
   25152 ms            answer: api added, web added; api#0 online, api#1 online, web#0 online
> delete api#1
   25156 ms  api#1     <- SIGTERM
   25156 ms  api#1     process:stopping
   25157 ms  api#1     process:exited (SIGTERM after 5 ms)
   25157 ms  api#1     process:stopped (SIGTERM)
   25157 ms  api#1     process:deleted
   25157 ms            answer: api#1 stopped
> wait 10ms
> list
    0  api#0     online    restarts 0  up 18 ms
    2  web#0     online    restarts 0  up 18 ms
> apply default
   25171 ms  api#0     <- SIGTERM
   25171 ms  web#0     <- SIGTERM
   25171 ms  api#0     process:stopping
   25171 ms  web#0     process:stopping
   25171 ms            config:applied (default)
   25172 ms  api#0     process:exited (SIGTERM after 20 ms)
   25172 ms  api#0     process:stopped (SIGTERM)
   25172 ms  api#0     process:deleted
   25172 ms  web#0     process:exited (SIGTERM after 20 ms)
   25172 ms  web#0     process:stopped (SIGTERM)
   25172 ms  web#0     process:deleted
   25172 ms            answer: api removed, web removed; api#0 stopped, web#0 stopped
> wait 10ms
> apply default api web
   25186 ms  api#0     process:created
   25186 ms  api#1     process:created
   25186 ms  api#0     process:starting
   25186 ms  api#1     process:starting
   25186 ms  web#0     process:created
   25186 ms  web#0     process:starting
   25186 ms            config:applied (default)
   25187 ms  api#0     process:online
   25187 ms  api#1     process:online
   25187 ms  web#0     process:online
   25187 ms            answer: api added, web added; api#0 online, api#1 online, web#0 online
> delete 2
   25191 ms  web#0     <- SIGTERM
   25191 ms  web#0     process:stopping
   25192 ms  web#0     process:exited (SIGTERM after 5 ms)
   25192 ms  web#0     process:stopped (SIGTERM)
   25192 ms  web#0     process:deleted
   25192 ms            answer: web#0 stopped
> wait 10ms
> list
    0  api#0     online    restarts 0  up 18 ms
    1  api#1     online    restarts 0  up 18 ms
> apply default
   25206 ms  api#0     <- SIGTERM
   25206 ms  api#1     <- SIGTERM
   25206 ms  api#0     process:stopping
   25206 ms  api#1     process:stopping
   25206 ms            config:applied (default)
   25207 ms  api#0     process:exited (SIGTERM after 20 ms)
   25207 ms  api#0     process:stopped (SIGTERM)
   25207 ms  api#0     process:deleted
   25207 ms  api#1     process:exited (SIGTERM after 20 ms)
   25207 ms  api#1     process:stopped (SIGTERM)
   25207 ms  api#1     process:deleted
   25207 ms            answer: api removed; api#0 stopped, api#1 stopped
> wait 10ms
> apply default api web
   25221 ms  api#0     process:created
   25221 ms  api#1     process:created
   25221 ms  api#0     process:starting
   25221 ms  api#1     process:starting
   25221 ms  web#0     process:created
   25221 ms  web#0     process:starting
   25221 ms            config:applied (default)
   25222 ms  api#0     process:online
   25222 ms  api#1     process:online
   25222 ms  web#0     process:online
   25222 ms            answer: api added, web added; api#0 online, api#1 online, web#0 online
> delete default
   25226 ms  api#0     <- SIGTERM
   25226 ms  api#1     <- SIGTERM
   25226 ms  web#0     <- SIGTERM
   25226 ms  api#0     process:stopping
   25226 ms  api#1     process:stopping
   25226 ms  web#0     process:stopping
   25227 ms  api#0     process:exited (SIGTERM after 5 ms)
   25227 ms  api#0     process:stopped (SIGTERM)
   25227 ms  api#0     process:deleted
   25227 ms  api#1     process:exited (SIGTERM after 5 ms)
   25227 ms  api#1     process:stopped (SIGTERM)
   25227 ms  api#1     process:deleted
   25227 ms  web#0     process:exited (SIGTERM after 5 ms)
   25227 ms  web#0     process:stopped (SIGTERM)
   25227 ms  web#0     process:deleted
   25227 ms            answer: api#0 stopped, api#1 stopped, web#0 stopped
> wait 10ms
> list
    nothing
> apply default
   25240 ms            answer: 
> wait 10ms
> apply default api web
   25256 ms  api#0     process:created
   25256 ms  api#1     process:created
   25256 ms  api#0     process:starting
   25256 ms  api#1     process:starting
   25256 ms  web#0     process:created
   25256 ms  web#0     process:starting
   25256 ms            config:applied (default)
   25257 ms  api#0     process:online
   25257 ms  api#1     process:online
   25257 ms  web#0     process:online
   25257 ms            answer: api added, web added; api#0 online, api#1 online, web#0 online
> delete /^w/
   25261 ms  web#0     <- SIGTERM
   25261 ms  web#0     process:stopping
   25262 ms  web#0     process:exited (SIGTERM after 5 ms)
   25262 ms  web#0     process:stopped (SIGTERM)
   25262 ms  web#0     process:deleted
   25262 ms            answer: web#0 stopped
> wait 10ms
> list
    0  api#0     online    restarts 0  up 18 ms
    1  api#1     online    restarts 0  up 18 ms
> apply default
   25276 ms  api#0     <- SIGTERM
   25276 ms  api#1     <- SIGTERM
   25276 ms  api#0     process:stopping
   25276 ms  api#1     process:stopping
   25276 ms            config:applied (default)
   25277 ms  api#0     process:exited (SIGTERM after 20 ms)
   25277 ms  api#0     process:stopped (SIGTERM)
   25277 ms  api#0     process:deleted
   25277 ms  api#1     process:exited (SIGTERM after 20 ms)
   25277 ms  api#1     process:stopped (SIGTERM)
   25277 ms  api#1     process:deleted
   25277 ms            answer: api removed; api#0 stopped, api#1 stopped
> wait 10ms
> apply default api web
   25291 ms  api#0     process:created
   25291 ms  api#1     process:created
   25291 ms  api#0     process:starting
   25291 ms  api#1     process:starting
   25291 ms  web#0     process:created
   25291 ms  web#0     process:starting
   25291 ms            config:applied (default)
   25292 ms  api#0     process:online
   25292 ms  api#1     process:online
   25292 ms  web#0     process:online
   25292 ms            answer: api added, web added; api#0 online, api#1 online, web#0 online
> delete all
   25296 ms  api#0     <- SIGTERM
   25296 ms  api#1     <- SIGTERM
   25296 ms  web#0     <- SIGTERM
   25296 ms  api#0     process:stopping
   25296 ms  api#1     process:stopping
   25296 ms  web#0     process:stopping
   25297 ms  api#0     process:exited (SIGTERM after 5 ms)
   25297 ms  api#0     process:stopped (SIGTERM)
   25297 ms  api#0     process:deleted
   25297 ms  api#1     process:exited (SIGTERM after 5 ms)
   25297 ms  api#1     process:stopped (SIGTERM)
   25297 ms  api#1     process:deleted
   25297 ms  web#0     process:exited (SIGTERM after 5 ms)
   25297 ms  web#0     process:stopped (SIGTERM)
   25297 ms  web#0     process:deleted
   25297 ms            answer: api#0 stopped, api#1 stopped, web#0 stopped
> wait 10ms
> list
    nothing
> apply default
   25310 ms            answer: 
> wait 10ms
> apply default api web
   25326 ms  api#0     process:created
   25326 ms  api#1     process:created
   25326 ms  api#0     process:starting
   25326 ms  api#1     process:starting
   25326 ms  web#0     process:created
   25326 ms  web#0     process:starting
   25326 ms            config:applied (default)
   25327 ms  api#0     process:online
   25327 ms  api#1     process:online
   25327 ms  web#0     process:online
   25327 ms            answer: api added, web added; api#0 online, api#1 online, web#0 online
> delete api web
   25331 ms  api#0     <- SIGTERM
   25331 ms  api#1     <- SIGTERM
   25331 ms  web#0     <- SIGTERM
   25331 ms  api#0     process:stopping
   25331 ms  api#1     process:stopping
   25331 ms  web#0     process:stopping
   25332 ms  api#0     process:exited (SIGTERM after 5 ms)
   25332 ms  api#0     process:stopped (SIGTERM)
   25332 ms  api#0     process:deleted
   25332 ms  api#1     process:exited (SIGTERM after 5 ms)
   25332 ms  api#1     process:stopped (SIGTERM)
   25332 ms  api#1     process:deleted
   25332 ms  web#0     process:exited (SIGTERM after 5 ms)
   25332 ms  web#0     process:stopped (SIGTERM)
   25332 ms  web#0     process:deleted
   25332 ms            answer: api#0 stopped, api#1 stopped, web#0 stopped
> wait 10ms
> list
    nothing
> apply default
   25345 ms            answer: 
> wait 10ms
> apply default api web
   25361 ms  api#0     process:created
   25361 ms  api#1     process:created
   25361 ms  api#0     process:starting
   25361 ms  api#1     process:starting
   25361 ms  web#0     process:created
   25361 ms  web#0     process:starting
   25361 ms            config:applied (default)
   25362 ms  api#0     process:online
   25362 ms  api#1     process:online
   25362 ms  web#0     process:online
   25362 ms            answer: api added, web added; api#0 online, api#1 online, web#0 online
