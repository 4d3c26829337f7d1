package eval

import "maps"

// functions are all functions without a predicate, by name.
var functions = merged(listFunctions, textFunctions, numberFunctions, timeFunctions, lookFunctions)

func merged(tables ...map[string]function) map[string]function {
	all := map[string]function{}
	for _, t := range tables {
		maps.Copy(all, t)
	}
	return all
}
