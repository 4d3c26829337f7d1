package eval

import (
	"strings"
	"testing"
	"time"
)

// TestPredicateOrNot: functions of a collection take a predicate too. Within another predicate the
// first argument decides whose field the second is. Each row is an expression and all that is answered.
func TestPredicateOrNot(t *testing.T) {
	reg := manualRegistry()
	type row struct {
		id, limit int
		sizes     []int
		names     []string
		glue      string
	}
	rows := []row{{3, 9, []int{4, 1}, []string{"a", "b"}, "-"}, {1, 7, nil, nil, "+"}, {3, 2, []int{8}, []string{"c"}, "*"}}
	reg.Expose("xs", &rows)
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, line := range strings.Split(strings.TrimSpace(predicatesOrNot), "\n") {
		source, want, _ := strings.Cut(line, "  ")
		want = strings.TrimSpace(want)
		r, err := s.Eval(t.Context(), source)
		got := ""
		if err != nil {
			got = err.(*Error).Code + ": " + err.Error()
		} else {
			got = string(r.Node.JSON())
		}
		if got != want {
			t.Errorf("%s\n%s\nwant\n%s", source, got, want)
		}
	}
}

const predicatesOrNot = `
max(xs, .id)                              3
min(xs, .id)                              1
mean(xs, .id)                             2.3333333333333335
median(xs, .id)                           3
sort(xs, .id) | map(.limit)               [7,9,2]
sort(xs, .id, "desc") | map(.limit)       [9,2,7]
uniq(xs, .id) | map(.limit)               [9,7]
join(xs, .glue)                           "-+*"
join(xs, .glue, ", ")                     "-, +, *"
first(xs, .id < 3).limit                  7
last(xs, .id > 2).limit                   2
first(xs, .id > 5)                        null
flatten(xs, .sizes)                       [4,1,8]
xs | max(.id)                             3
xs | filter(.id < 3) | max(.limit)        7
max(xs, {.id})                            3
max(xs, # .id * 2)                        6
max(xs, #index)                           2
max(cache.items, #key)                    "bx"
max(xs, .sizes)                           8
max(xs, max(.id, .limit))                 9
max(xs, max(8, .id))                      8
max(xs, max(.sizes, .id))                 no_field: xs[0].sizes[0] (int) has no field id at 1:22; dir(xs[0].sizes[0]) lists what it has
max([], .id)                              null
max(1, 2)                                 2
max(nums, 5)                              5
max(nums, max(nums, # * 10))              30
map(xs, max(.id, .limit))                 [9,7,3]
map(xs, max(4, .limit))                   [9,7,4]
map(xs, max(.sizes, # % 8))               [4,null,0]
map(groupBy(xs, .id), max(#, .limit))     {"1":7,"3":9}
map([xs], join(#, .glue, "/"))            ["-/+/*"]
reduce(xs, max(#acc, .limit), 0)          9
reduce(nums, max(#, #acc))                3
sort(nums, "desc")                        [3,2,1]
join(["a", "b"], ", ")                    "a, b"
let id = 5; max(xs, id + .id)             8
max(xs, .nope)                            no_field: xs[0] (eval.row) has no field nope at 1:10; dir(xs[0]) lists what it has
max(xs, id)                               unknown_name: unknown name id at 1:9; a field of the element is written .id
max(xs)                                   type: an eval.row has no order at 1:1; name a field of it, as in max(xs, .size); sortBy(xs, .size) has the whole element
max(xs, 1, .id)                           syntax: # is only defined in predicates at 1:12; as in filter(xs, # > 1)
max(nil, .id)                             type: nil is not a list or a map at 1:1; give a default with ??, as in xs ?? []
max(xs[0].id, .id)                        type: an integer is not a list or a map at 1:1
max(cache.items, .token)                  redacted: cache.items["ax"].token is redacted at 1:18; it may be shown as redacted, and nothing else
mean(xs, .glue)                           type: a string cannot be added up at 1:10; sum takes numbers, or durations, as in sum(xs, .size)
join(xs, .id)                             type: join takes strings, and element 0 is an integer at 1:10; convert with map(xs, string(#))
first(xs, .id)                            type: a condition is true or false, not an integer at 1:11; compare it, as in x > 0
first(xs, 2)                              arguments: first has 2 arguments at 1:1; take(xs, 3) has the first three
last(xs, 2)                               arguments: last has 2 arguments at 1:1; xs[-3:] has the last three of a list
sort(xs, "id")                            arguments: the order is "asc" or "desc" at 1:1; a field is written without quotes, as in sort(xs, .id)
sort(xs, .id, .id, .id)                   arguments: sort has 4 arguments at 1:1; write sort(xs, .field, "desc")
sort(xs, .id, "desc", 1)                  arguments: sort has 4 arguments at 1:1; write sort(xs, .field, "desc")
map(xs, first(.id, .limit))               type: an integer is not a list or a map at 1:9
max(.id)                                  syntax: the collection is missing at 1:5; it comes first, as in count(xs, .size > 5)
len(xs, .id > 1)                          syntax: len takes no predicate at 1:1; count(xs, .size > 5) counts the elements that meet one
reverse(xs, .id)                          syntax: reverse takes no predicate at 1:1; filter(xs, .size > 5) or map(xs, .size) goes first, as in reverse(map(xs, .size))
xs | reverse(.id)                         syntax: reverse takes no predicate at 1:6; filter(xs, .size > 5) or map(xs, .size) goes first, as in reverse(map(xs, .size))
xs.max(.id)                               syntax: this is a function, not a method of the collection at 1:3; write the collection first, as in filter(xs, .size > 5), or xs | filter(.size > 5)
`
