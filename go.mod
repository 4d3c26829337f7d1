module github.com/sightglass-go/sightglass

go 1.26
