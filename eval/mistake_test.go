package eval

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// TestMistakes: what is often typed is answered by what to type instead. Each row is the whole of what is said, with
// the place under the caret.
func TestMistakes(t *testing.T) {
	reg := manualRegistry()
	reg.Expose("ids", &map[int]*Pool{7: {open: 1, idle: 2}})
	reg.Expose("tanks", &[]Pool{{open: 1}})
	reg.Expose("byName", &map[string]*Pool{"a": {open: 1}})
	reg.Expose("web", &struct {
		hdr   http.Header
		items map[string]int
		Serve func(int) int
		id    [4]byte
	}{http.Header{"Content-Type": {"text/plain"}}, map[string]int{"sku-17": 3, "server.go": 2}, func(n int) int { return n }, [4]byte{0x64, 1, 2, 3}})
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, row := range strings.Split(strings.TrimSpace(commonMistakes), "\n\n") {
		source, want, _ := strings.Cut(row, "\n")
		_, err := s.Eval(t.Context(), source)
		if err == nil {
			t.Errorf("%s: no error, want %s", source, want)
			continue
		}
		e := err.(*Error)
		if got := e.Code + ": " + e.Message; got != want {
			t.Errorf("%s\n%s\nwant\n%s", source, got, want)
		}
		if e.Line == 0 || e.Snippet() == "" {
			t.Errorf("%s: no place", source)
		}
	}
}

type (
	// selfPtr points to a selfPtr.
	selfPtr *selfPtr
	// selfList is a list of such lists.
	selfList []selfList
)

// TestSelfTypes: what is asked of a type that is made of itself has an end, in an error as well.
func TestSelfTypes(t *testing.T) {
	var p selfPtr
	p = selfPtr(&p)
	reg := registry.New()
	reg.Expose("w", &struct {
		p    selfPtr
		ps   []selfPtr
		byP  map[string]selfPtr
		list selfList
	}{p, []selfPtr{p}, map[string]selfPtr{"a": p}, selfList{{}}}, registry.Frozen())
	testShown(t, NewSession(reg, Limits{}), []shownRow{
		{"w.p", "type: w.p (eval.selfPtr) leads to pointers and nothing else at 1:3"},
		{"w.p[0]", "type: w.p (eval.selfPtr) leads to pointers and nothing else at 1:4"},
		{"w.ps.x", "no_field: w.ps ([]eval.selfPtr) has no field x at 1:6; dir(w.ps) lists what it has"},
		{"w.byP.x", `no_key: w.byP has no key "x" at 1:7; get() and ?. give nil instead`},
		{"w.list.x", "no_field: w.list (eval.selfList) has no field x at 1:8; dir(w.list) lists what it has"},
		{"w.list[0][0]", "range: index 0 is out of range: w.list[0] has 0 elements at 1:10"},
	})
}

const commonMistakes = `
db.flights
unknown_name: nothing is exposed as "db.flights" at 1:4; dir(db) lists what there is

db.flights("1s")
method: a namespace has no method flights at 1:4; dir(db) lists what there is

cache.items.ax.hits = 5
syntax: an expression cannot assign: it only looks at 1:21; x = … at the start of a line names the answer; did you mean ==?

count(cache.items, .hits = 5)
syntax: an expression cannot assign: it only looks at 1:26; x = … at the start of a line names the answer; did you mean ==?

cache.total === 5
syntax: === is not an operator at 1:13; write ==

cache.total !== 5
syntax: !== is not an operator at 1:13; write !=

map(cache.items, {hits: .hits})
syntax: braces around a predicate do not make a map at 1:18; write two pairs, as in map(xs, {{name: .name}})

cache.items | map({"h": .hits, n: 1})
syntax: braces around a predicate do not make a map at 1:19; write two pairs, as in map(xs, {{name: .name}})

freq(cache.items, {hits: .hits})
syntax: braces around a predicate do not make a map at 1:19; write two pairs, as in map(xs, {{name: .name}})

cache.total == nul
unknown_name: unknown name nul at 1:16; write nil

cache..total
unknown_name: unknown name total at 1:8; two dots make a range, as in 1..5; a field has one before it: cache.total

count(cache.items, #..hits > 5)
unknown_name: unknown name hits at 1:23; two dots make a range, as in 1..5; a field has one before it: #.hits

cache.total <> 5
syntax: <> is not an operator at 1:13; write !=

cache.total => 5
syntax: => is not an operator at 1:13; write >=

cache.total =< 5
syntax: =< is not an operator at 1:13; write <=

cache.total > 1 & cache.total < 9
syntax: & is not an operator at 1:17; write && or and; bitand(a, b) is for the bits

cache.total > 1 | cache.total < 9
syntax: | hands a value to a function, as in xs | len() at 1:17; write || or or for alternatives; bitor(a, b) is for the bits

cache.total > 1 AND cache.total < 5
syntax: AND is not an operator at 1:17; write it in lower case

cache.total > 1 Or cache.total < 5
syntax: Or is not an operator at 1:17; write it in lower case

NOT true
syntax: NOT is not an operator at 1:1; write it in lower case

cache.items.ax.status LIKE "u%"
syntax: LIKE is not an operator at 1:23; write x contains "…", startsWith, endsWith, or matches for a regular expression

cache.items.ax.status =~ "u.*"
syntax: ~ is not an operator at 1:24; write x matches "…", with a regular expression

cache.items["ax"].Hits
no_field: cache.items["ax"] (eval.Item) has no field Hits at 1:19; did you mean hits?

cache.items["ax"].hist
no_field: cache.items["ax"] (eval.Item) has no field hist at 1:19; did you mean hits?

Cache.items
unknown_name: unknown name Cache at 1:1; did you mean cache?

kache
unknown_name: unknown name kache at 1:1; did you mean cache?

pool
unknown_name: unknown name pool at 1:1; did you mean db.pool?

cache.last == null
unknown_name: unknown name null at 1:15; write nil

cache.last == None
unknown_name: unknown name None at 1:15; write nil

cache.total; nums; kache
unknown_name: unknown name kache at 1:20; did you mean cache?

for k, v := range cache.items { }
syntax: there are no loops at 1:1; filter, map, count, any, sum and reduce walk a collection, as in count(xs, .size > 5)

for i in nums
syntax: there are no loops at 1:1; filter, map, count, any, sum and reduce walk a collection, as in count(xs, .size > 5)

if cache.total > 5 { 1 }
syntax: an if needs an else at 1:1; write if c { 1 } else { 2 }, or c ? 1 : 2

if cache.total > 5 1 else 2
syntax: an if needs braces at 1:1; write if c { 1 } else { 2 }, or c ? 1 : 2

len(nums) > 2 then 5
syntax: there is no then at 1:15; write if c { 1 } else { 2 }, or c ? 1 : 2

cache.total > 5 ? "hot"
syntax: ? needs a : at 1:17; write c ? 1 : 2

let x = 5
syntax: a let needs an expression after it at 1:1; write let x = 1; x + 1, or x = 1 to keep the name for this session

var x = 5
syntax: var declares nothing here at 1:1; x = … names the answer in this session

x := 5
syntax: := declares nothing here at 1:3; x = … names the answer in this session

x += 1
syntax: += would change something, and an expression only looks at 1:3; x = x + 1 gives x another value in this session

nums[0]++
syntax: ++ would change something, and an expression only looks at 1:8; x = x + 1 gives x another value in this session

nums[0] += 1
syntax: += would change something, and an expression only looks at 1:9; x = x + 1 gives x another value in this session

return cache.total
syntax: return is a statement, and only expressions can be evaluated at 1:1; type the value that you want to see

func main() {}
syntax: func is a statement, and only expressions can be evaluated at 1:1; type the value that you want to see

import "fmt"
syntax: import is a statement, and only expressions can be evaluated at 1:1; type the value that you want to see

cache.Flush()
not_allowed: method Flush of *eval.Cache may not be called at 1:7; expose cache with registry.Methods("Flush") if it only looks

cache.Lenn()
not_allowed: method Lenn of *eval.Cache does not exist at 1:7; did you mean Len?

cache.Len
no_field: cache (eval.Cache) has no field Len, but a method: write Len() at 1:7

cache.Len(5)
method: method Len of *eval.Cache takes (), and was given 1 arguments at 1:7

cache.items.len()
not_allowed: method len of *map[string]*eval.Item does not exist at 1:13; len is a function: write len(cache.items)

cache.items.length
no_key: cache.items has no key "length" at 1:13; write len(cache.items)

nums.length()
not_allowed: method length of *[]int does not exist at 1:6; write len(nums)

cache.items.size()
not_allowed: method size of *map[string]*eval.Item does not exist at 1:13; write len(cache.items)

cache.items.keys()
not_allowed: method keys of *map[string]*eval.Item does not exist at 1:13; keys is a function: write keys(cache.items)

cache.items.filter(.hits > 5)
syntax: this is a function, not a method of the collection at 1:12; write the collection first, as in filter(xs, .size > 5), or xs | filter(.size > 5)

cache.items.ax.hits.toString()
not_allowed: method toString of *int does not exist at 1:21; write string(cache.items["ax"].hits)

cache.items.ax.status.contains("u")
not_allowed: method contains of *eval.Status does not exist at 1:23; contains is an operator: write cache.items["ax"].status contains "…"

len cache.items
syntax: len is a function at 1:1; write its arguments in parentheses: len(…)

len(cache.items
syntax: this ( is not closed at 1:4; write its other half

nums[0
syntax: this [ is not closed at 1:5; write its other half

cache.items]
syntax: this ] closes nothing at 1:12; leave it out

count(cache.items, .hits > (5 + 1)
syntax: this ( is not closed at 1:6; write its other half

[1, 2
syntax: this [ is not closed at 1:1; write its other half

ids["7"]
type: ids (map[int]*eval.Pool) has no such keys: "7" cannot be a key of the type int at 1:4; write the key without quotes: [7]

ids[nil]
type: ids (map[int]*eval.Pool) has no such keys: nil cannot be a key of the type int at 1:4

cache.items[5]
type: cache.items (map[string]*eval.Item) has no such keys: 5 cannot be a key of the type string at 1:12; write the key as text: ["5"]; an entry by its place is values(m)[5]

5 in cache.items
type: cache.items (map[string]*eval.Item) has no such keys: 5 cannot be a key of the type string at 1:3

cache.items[ax]
unknown_name: unknown name ax at 1:13; a key that is text is written ["ax"]

cache.items."ax"
syntax: a name follows a dot at 1:12; a key that is not a name is written m["…"]

nums["a"]
no_field: nums ([]int) has no field a at 1:5; dir(nums) lists what it has

nums[1.5]
type: nums ([]int) is a list: its index is a whole number, not 1.5 at 1:5

nums[7]
range: index 7 is out of range: nums has 3 elements at 1:5

cache.items.zx.hits
no_key: cache.items has no key "zx" at 1:13; get() and ?. give nil instead

cache.last.hits
nil: cache.last is nil: it has no .hits at 1:12; ?. and ?? read past nil

cache.items.ax.status == 1
type: a string == an integer makes no sense at 1:23; cache.items["ax"].status is an eval.Status; convert with int(…), float(…) or string(…)

cache.items.ax.hits == "5"
type: an integer == a string makes no sense at 1:21; cache.items["ax"].hits is an int; convert with int(…), float(…) or string(…)

cache.items.ax.hits > "4"
type: an integer > a string makes no sense at 1:21; cache.items["ax"].hits is an int; convert with int(…), float(…) or string(…)

cache.items.ax.status == up
unknown_name: unknown name up at 1:26; text is written "up"

cache.items.ax.status == 'up
syntax: this text is not closed at 1:29; write the quote that closes it

cache.items.ax.ttl > 5
type: a duration > an integer makes no sense at 1:20; cache.items["ax"].ttl is a time.Duration; write the number as a duration, as in 5s

cache.items.ax.ttl > 5d
syntax: 5d is no number at 1:22; a day is 24h

cache.items.ax.hits > 10M
syntax: 10M is no number at 1:23; 10MB is 10,000,000 and 10MiB is 10,485,760

cache.items.ax.hits > 5x
syntax: 5x is no number at 1:23; a duration is written 90s, 5ms or 1h30m, a size 10MB or 64KiB

cache.items.ax.ttl > 99999999h
syntax: 99999999h is too long at 1:22; a duration has at most 292 years

cache.items.ax.hits < 17EiB
syntax: 17EiB is no integer of 64 bits at 1:23; 18446744073709551615 is the largest

{5s: 1}
syntax: 5s is no key here at 1:2; a key is a text: {"5s": …}

web.hdr.Content-Type
unknown_name: unknown name Type at 1:17; a key that is no name is written web.hdr["Content-Type"]

map([web.hdr], .Content-Type)
unknown_name: unknown name Type at 1:25; a field of the element is written .Type; a key that is no name is written #["Content-Type"]

web.items.sku-17
no_key: web.items has no key "sku" at 1:11; a key that is no name is written web.items["sku-17"]

web.items.9a-8f
syntax: a name does not start with a digit at 1:12; a key that is no name is written web.items["9a-8f"]

web.items.a@b
syntax: unrecognized character: U+0040 '@' at 1:12; a key that is no name is written web.items["a@b"]

web.items.server.go
no_key: web.items has no key "server" at 1:11; did you mean "server.go"?

nums?.0
syntax: expected name at 1:7; a key that is no name is written nums[0]

nums.0
syntax: .0 is no name at 1:5; an element is written x[0]

nums?[7]
syntax: ?[ does not read past nil at 1:5; write ?.[…], or get(xs, 7)

web.items.["sku-17"]
syntax: a dot does not come before [ at 1:10; leave it out: x[…]; behind ?. it reads past nil

nums[1..2]
type: nums ([]int) is a list: its index is a whole number, not a list at 1:5; a part is written [1:5]

cache.items.ax.status matches "\w+"
syntax: \w has no meaning between these quotes at 1:32; between backquotes it stands for itself, as in matches ` + "`" + `\w+` + "`" + `

cache.items.ax.status matches "caf\x"
syntax: \x is not complete at 1:35; it is written \x41, \u0041, \U00000041 or \101

web.Serve(1)
not_allowed: Serve is a field that holds a function, and no method at 1:5; functions of the application are not called; without () it shows which one it is

web.hdr()
not_allowed: hdr is no method at 1:5; write hdr without ()

time.Now()
unknown_name: unknown name time at 1:1; now() is the time, and durations are written 5s or 1h30m

fmt.Println(cache)
unknown_name: unknown name fmt at 1:1; an answer is shown by itself; string(x) makes a text of it

map(nums, it + 1)
unknown_name: unknown name it at 1:11; # is the element

sizeof(cache)
unknown_function: unknown function sizeof at 1:1; write size(x)

cache.items.ax.ttl > "5s"
type: a duration > a string makes no sense at 1:20; cache.items["ax"].ttl is a time.Duration; write the text as a duration, as in 5s

!cache.total == 5
type: a condition is true or false, not an integer at 1:8; ! negates only what follows it; write not (a == b)

not cache.items.ax.hits > 5
type: a condition is true or false, not an integer at 1:20; not negates only what follows it; write not (a == b)

true && 1
type: a condition is true or false, not an integer at 1:9; compare it, as in x > 0

"total: " + cache.total
type: a string + an integer makes no sense at 1:11; cache.total is a uint64; write string(…) to join text, int(…) or float(…) to add

"tags: " + cache.items["ax"].tags
type: a string + a []string makes no sense at 1:10; cache.items["ax"].tags is a []string; write string(…) to join text, int(…) or float(…) to add

tanks + "x"
type: a *[]eval.Pool + a string makes no sense at 1:7; tanks is a *[]eval.Pool; write string(…) to join text, int(…) or float(…) to add

web.id == "64"
type: a [4]byte == a string makes no sense at 1:8; web.id is a [4]byte; its 4 bytes are written as 8 hexadecimal digits

web.id + "x"
type: a [4]byte + a string makes no sense at 1:8; web.id is a [4]byte; write string(…) to join text, int(…) or float(…) to add

"x" > web.id[1:3]
type: a string > a []byte makes no sense at 1:5; web.id[1:3] is a []byte

cache.items.ax.tags + ["x"]
type: a []string + a list makes no sense at 1:21; cache.items["ax"].tags is a []string; join lists with concat(a, b)

cache.total / 0
divide: 18446744073709551615 / 0 has no answer at 1:13; test the divisor first, as in n == 0 ? 0 : x / n

filter(cache.items, hits > 5)
unknown_name: unknown name hits at 1:21; a field of the element is written .hits

filter(cache.items, x => x.hits > 5)
syntax: a predicate has no parameter and no => at 1:23; # is the element and .name a field of it, as in filter(xs, .size > 5)

filter(cache.items, func(x) { x.hits > 5 })
syntax: a predicate is an expression, not a function at 1:21; # is the element and .name a field of it, as in filter(xs, .size > 5)

filter(cache.items)
syntax: the predicate is missing at 1:19; it follows the collection, as in filter(xs, .size > 5)

count(.hits > 5)
syntax: the collection is missing at 1:7; it comes first, as in count(xs, .size > 5)

.hits > 1
syntax: a leading dot has a meaning only in a predicate at 1:1; there it selects a field of the element, as in count(xs, .size > 5)

nums | filter(# > 1) | len
syntax: | needs a call at 1:22; write () after the function, as in xs | len()

sortBy(cache.items, "hits")
type: sortBy needs a key that depends on the element, and a constant text does not at 1:21; a field is written .hits

sort(cache.items)
type: a *eval.Item < a *eval.Item makes no sense at 1:1; name a field of it, as in x.size: dir(x) lists them

max(cache.items)
type: a *eval.Item has no order at 1:1; name a field of it, as in max(xs, .size); sortBy(xs, .size) has the whole element

sum(cache.items)
type: a *eval.Item cannot be added up at 1:1; sum takes numbers, or durations, as in sum(xs, .size)

cache.items[*]
syntax: * does not stand for every element at 1:12; map(xs, .name) has the field of each

cache.items.*.hits
syntax: * does not stand for every element at 1:12; map(xs, .name) has the field of each

cache->items
syntax: -> is not an operator at 1:6; write . to follow a pointer too

*cache.last
syntax: * does not dereference at 1:1; leave it out: pointers are followed automatically

&cache.total
syntax: & does not take an address at 1:1; write addr(x)

cache.items.ax.(*Item)
syntax: there are no type assertions at 1:15; interfaces are followed automatically; type(x) says what is in one

map[string]int{"a": 1}
syntax: lists and maps are written without a type at 1:1; write [1, 2], or {a: 1}

[]int{1, 2}
syntax: lists and maps are written without a type at 1:1; write [1, 2], or {a: 1}

println(cache.total)
unknown_function: unknown function println at 1:1; an answer is shown by itself: write the value alone

append(nums, 5)
unknown_function: unknown function append at 1:1; nothing can be changed; concat(xs, ys) makes a longer list

delete(cache.items, "ax")
unknown_function: unknown function delete at 1:1; nothing can be changed; filter(m, #key != …) leaves an entry out

SELECT * FROM cache
syntax: this is not SQL at 1:1; filter(xs, .size > 5), map(xs, .name), sortBy(xs, .size) and groupBy(xs, .kind) ask the same

cache total
syntax: something is missing after cache at 1:1; an operator, a comma or a dot

cache.
syntax: a name is missing after the dot at 1:6; dir(x) lists what may follow it

now
unknown_name: now is a function at 1:1; call it: now(…)

cache.items.ax.token == "abc"
redacted: cache.items["ax"].token is redacted at 1:22; it may be shown as redacted, and nothing else

upper(5)
type: argument 1 of upper has to be a string, not an integer at 1:1

tanks.open
no_field: tanks ([]eval.Pool) has no field open at 1:7; map(tanks, .open) has the field of each

byName.open
no_key: byName has no key "open" at 1:8; map(byName, .open) has the field of each

byName.opn
no_key: byName has no key "opn" at 1:8; get() and ?. give nil instead

top(tanks, .open)
syntax: the predicate of top stands elsewhere at 1:1; help top shows its arguments

select(tanks, .open)
syntax: select is no function at 1:1; filter, map, count, any, sum, max, sort, groupBy, top and freq take a predicate

count(tanks)
type: a condition is true or false, not an eval.Pool at 1:1; len(xs) counts all elements, and count(xs, .size > 5) those that meet a condition

tanks where .open > 1
syntax: there is no where at 1:7; filter(xs, .size > 5) keeps the elements that meet a condition

tanks order by open
syntax: there is no order at 1:7; sort(xs, .size) orders elements, groupBy(xs, .kind) groups them and take(xs, 10) has the first

cache.total between 1 and 5
syntax: between is not an operator at 1:13; write 1 <= x and x <= 5

[p.open for p in tanks]
syntax: there are no comprehensions at 1:9; map(filter(xs, .size > 5), .name) makes a list of another

filter(tanks, p -> p.open > 1)
syntax: a predicate has no parameter and no -> at 1:17; # is the element and .name a field of it, as in filter(xs, .size > 5)

filter(tanks, |p| p.open > 1)
syntax: a predicate has no parameter at 1:15; # is the element and .name a field of it, as in filter(xs, .size > 5)

filter(tanks, @.open > 1)
syntax: @ has no meaning at 1:15; # is the element and .name a field of it, as in filter(xs, .size > 5)

filter(tanks, $.open > 1)
unknown_name: unknown name $ at 1:15; # is the element

filter(tanks, item.open > 1)
unknown_name: unknown name item at 1:15; # is the element

cache.items.ax.status in ("up", "down")
syntax: a list is written in brackets at 1:26; write x in ["a", "b"]

nums[0,2]
syntax: a part is written with a colon at 1:5; write xs[0:5]

1,000
syntax: thousands have no comma at 1:2; write 1000 or 1_000

int64(cache.total)
unknown_function: unknown function int64 at 1:1; write int(x)

[]byte("a")
syntax: a text is bytes without a conversion at 1:1; write b"…" for bytes that are no text

cache[items]
unknown_name: items is a function at 1:7; a key that is text is written ["items"]

web.hdr.get("a")
not_allowed: method get of *http.Header does not exist at 1:9; get is a function: write get(web.hdr, …)

cache.total # the total
syntax: # begins no comment at 1:13; a comment begins with //

len(nums, # > 1)
syntax: len takes no predicate at 1:1; count(xs, .size > 5) counts the elements that meet one
`
