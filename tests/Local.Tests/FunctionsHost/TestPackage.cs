using System.Collections.Concurrent;
using Byon.Local.FunctionsHost;
using Byon.Tests.TestKit;
using Microsoft.Extensions.Logging;

namespace Byon.Tests.Local.Tests.FunctionsHost;

/// <summary>A package root in a temporary folder whose executable is a small script that does as it is told by the path.</summary>
internal sealed class TestPackage : IDisposable
{
    public const string HttpFunctionJson = """
        { "bindings": [
          { "type": "httpTrigger", "direction": "in", "name": "req", "authLevel": "anonymous", "methods": ["get", "post", "options"], "route": "echo/{*path}" },
          { "type": "http", "direction": "out", "name": "res" } ] }
        """;

    private const string HostJson = """
        { "version": "2.0", "extensions": { "http": { "routePrefix": "" } },
          "customHandler": {
            "description": { "defaultExecutablePath": "node", "arguments": [ "handler.js", "%GREETING%", "%UNSET%" ] },
            "enableProxyingHttpRequest": true } }
        """;

    private const string Handler = """
        const http = require('http');
        let pending;
        console.log('started with ' + process.argv.slice(2).join(' '));
        if (process.env.CRASH_AT_START) process.exit(7);
        http.createServer((request, response) => {
          if (request.url === '/') return response.end();
          if (request.url.startsWith('/echo/crash')) process.exit(3);
          if (request.url.startsWith('/echo/complain')) { console.error('a complaint'); return response.end(); }
          if (request.url.startsWith('/echo/environment')) return response.end(JSON.stringify(process.env));
          if (request.url.startsWith('/echo/redirect')) { response.writeHead(302, { location: '/echo/x', 'set-cookie': ['a=1', 'b=2'] }); return response.end(); }
          if (request.url.startsWith('/echo/cut')) { response.write('part'); return setTimeout(() => request.socket.destroy(), 20); }
          if (request.url.startsWith('/echo/parts')) {
            return request.on('data', part => console.log('got ' + part)).on('end', () => { response.write('first;'); pending = response; });
          }
          if (request.url.startsWith('/echo/release')) { pending.end('second;'); return response.end(); }
          if (request.url.startsWith('/tick') || request.url.startsWith('/work')) {
            let body = '';
            return request.on('data', part => body += part).on('end', () => {
              console.log(request.url.slice(1) + ' ' + body);
              response.statusCode = body.includes('indigestible') ? 500 : 200;
              response.end('{"Outputs":{},"Logs":[],"ReturnValue":null}');
            });
          }
          let body = '';
          request.on('data', part => body += part).on('end', () => {
            response.setHeader('x-seen-url', request.url);
            response.end(JSON.stringify({ method: request.method, headers: request.headers, raw: request.rawHeaders, body }));
          });
        }).listen(Number(process.env.FUNCTIONS_CUSTOMHANDLER_PORT), '127.0.0.1');
        """;

    private readonly TemporaryFolder _folder = new();

    public TestPackage()
    {
        _folder.Write("host.json", HostJson);
        _folder.Write("handler.js", Handler);
        _folder.Write("echo/function.json", HttpFunctionJson);
    }

    public string Root => _folder.Path;

    /// <summary>The host's log.</summary>
    public ConcurrentQueue<(LogLevel Level, string Line)> Log { get; } = new();

    public void Write(string name, string content) => _folder.Write(name, content);

    public Task<MiniFunctionsHost> StartAsync(params (string Name, string Value)[] settings) => MiniFunctionsHost.StartAsync(new MiniFunctionsHostOptions
    {
        PackageRoot = Root,
        Port = FreePorts.Next(),
        AllowedOrigins = ["http://page.example"],
        Settings = settings.ToDictionary(setting => setting.Name, setting => setting.Value),
        Log = (level, line) => Log.Enqueue((level, line)),
    });

    public void Dispose() => _folder.Dispose();
}
