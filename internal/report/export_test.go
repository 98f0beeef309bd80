package report

// Plainest are the cases that show a cause best.
var Plainest = plainest

// Settled are the cases whose hints another one contains.
var Settled = settled
