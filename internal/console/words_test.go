package console

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/registry"
)

// TestWords: words of other shells, REPLs and debuggers are taken for what they mean here, or answered
// by the line to type. Read the diff when it changes.
func TestWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type item struct {
			Name string
			Size int
		}
		reg := registry.New()
		reg.Expose("cache", &map[string]item{"a": {"x", 1}, "b": {"y", 2}}, registry.Frozen(), registry.Doc("the cache"))
		reg.Expose("queue", &[]int{3, 1, 2}, registry.Frozen())
		reg.Expose("status", &item{"up", 3}, registry.Frozen(), registry.Doc("hides a word"))
		var screen strings.Builder
		s := New(eval.NewSession(reg, eval.Limits{Share: 1}), &screen, eval.Limits{})
		s.SetEchoed(true)
		for _, line := range strings.Split(strings.TrimSpace(typedWords), "\n") {
			screen.WriteString(prompt + line + "\n")
			if err := s.Do(t.Context(), line); errors.Is(err, ErrQuit) {
				screen.WriteString("(the session ends)\n")
			} else if err != nil {
				t.Errorf("%s: %v", line, err)
			}
		}
		got := banners.ReplaceAllString(strings.ReplaceAll(screen.String(), "\x1b", "␛"), "sightglass in …")
		golden(t, "testdata/words.txt", got)
	})
}

const typedWords = `
?
ls
ls cache
ls -l
ll
\d
\dt
keys *
show tables
i().
exit
exit()
quit()
q
q().
\q
:q
:wq
.exit
clear
info
version
uptime
status
whoami
print cache.a.Size
p cache.a.Size
p status.Size; pp queue
p nope
print p queue
print print print print print queue
echo "hello"
show queue
show version
cat queue
console.log(queue)
whatis queue
ptype cache
:t cache
man cache
cache?
?cache
desc cache
help()
help(freq)
help(len())
help(keys)
help(cach)
help(cache)
len queue
size queue
du cache
head queue
tail queue
tree status
json queue
jq queue
locals
date > 5
set x = 5
# a comment
#!/bin/sh; queue
queue # a comment
queue[0] // a comment
dir() | grep cache
cache | grep -i foo
queue | head -n 1
queue | tail
queue | wc -l
queue | sort -n
queue | sort
queue | uniq -c
queue | less
queue | jq .a.b
queue | tee out
history | grep dir
queue > file
queue > /tmp/out
queue >> queue.json
queue > limit
watch 2 queue until _[0] > 0
watch -n 2 queue until _[0] > 0
watch -n0.5 queue until _[0] > 0
watch 2 in queue until _
display
\watch 2
time len(queue) > 5
bt
goroutines
break main.go:5
next
info locals
dashboard
ognl '@x@y'
heapdump
set var x=5
del cache
kill 1
cd cache
pwd
sudo ls
!!
!5
!ls
alias x=5
grep foo
getenv PATH
\o file
vi
lss
hlep
wacth cache
1; vrs
cache cache
histori + 1
cach
let p = 1; p + int("x")
show = 5; show + int("x")
status + nope
p -
count +
`
