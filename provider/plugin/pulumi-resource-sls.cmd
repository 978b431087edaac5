@echo off
rem Starts the plugin sls with the Node.js that is first on PATH. Pulumi runs this file on Windows.
where node >nul 2>nul
if errorlevel 1 (
  echo pulumi-resource-sls: Node.js 22.19 or newer is needed, and there is no node on PATH. 1>&2
  exit /b 1
)
node "%~dp0program\start.js" %*
exit /b %errorlevel%
