// Plain, old JavaScript in this file: a Node too old to run the rest must still get as far as saying so.
var REQUIRED = [20, 19]

function isOldNode() {
  var parts = process.versions.node.split('.').map(Number)
  return parts[0] < REQUIRED[0] || (parts[0] === REQUIRED[0] && parts[1] < REQUIRED[1])
}

if (isOldNode()) {
  process.stderr.write(
    'Snapwarden needs Node ' +
      REQUIRED.join('.') +
      ' or newer, and this is ' +
      process.versions.node +
      ': install a newer one (https://nodejs.org) and run npm start again.\n',
  )
  process.exitCode = 2
} else {
  import('./lib/run-program.mjs').then((module) =>
    module.runProgram(() =>
      import('./lib/launch.mjs').then((launcher) =>
        launcher.launch({ args: process.argv.slice(2), development: false }),
      ),
    ),
  )
}
