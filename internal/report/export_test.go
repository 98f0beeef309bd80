package report

// Plainest are the cases that show a cause best.
var Plainest = plainest
