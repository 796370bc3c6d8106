using System.Globalization;
using System.Net;

namespace Byon.Local.FunctionsHost;

/// <summary>
/// Runs a package of functions as the Azure Functions host runs a custom handler: it reads the package's own host.json and
/// function.json files, starts the executable, proxies HTTP on the declared routes and methods only, and calls the functions of
/// timers and queues.
/// </summary>
public sealed class MiniFunctionsHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CustomHandlerProcess _handler;
    private readonly HttpForwarder _forwarder;
    private readonly EnvelopeInvoker _invoker;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _running = [];

    private MiniFunctionsHost(WebApplication app, CustomHandlerProcess handler, HttpForwarder forwarder, EnvelopeInvoker invoker, int port)
    {
        _app = app;
        _handler = handler;
        _forwarder = forwarder;
        _invoker = invoker;
        Url = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
    }

    public Uri Url { get; }

    /// <summary>The executable's process: changes when it is restarted.</summary>
    public int HandlerProcessId => _handler.ProcessId;

    /// <summary>Where the executable itself listens, past this host; waits while one starts.</summary>
    public Task<Uri> HandlerAsync(CancellationToken cancel) => _handler.ReadyAsync(cancel);

    /// <summary>Starts the package and waits until its executable answers.</summary>
    /// <exception cref="InvalidDataException">The package cannot be run; names the file and why.</exception>
    /// <exception cref="InvalidOperationException">The executable crashed too often while it started.</exception>
    public static async Task<MiniFunctionsHost> StartAsync(MiniFunctionsHostOptions options, CancellationToken cancel = default)
    {
        var package = FunctionPackageReader.Read(options.PackageRoot);
        var handler = new CustomHandlerProcess(package, options);
        var forwarder = new HttpForwarder();
        var app = BuildApp(package, options, handler, forwarder);
        var host = new MiniFunctionsHost(app, handler, forwarder, new EnvelopeInvoker(handler, options.Log), options.Port);
        try
        {
            await app.StartAsync(cancel);
            await handler.ReadyAsync(cancel);
            host.RunTriggers(package, options);
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }

        return host;
    }

    private void RunTriggers(FunctionPackage package, MiniFunctionsHostOptions options)
    {
        var timers = new TimerInvocations(_invoker);
        _running.AddRange(package.Functions.OfType<TimerFunction>().Select(timer => timers.RunAsync(timer, _stopping.Token)));
        foreach (var function in package.Functions.OfType<QueueFunction>())
        {
            var service = QueueConnection.Open(function, package.Host.Queues, options.Settings);
            _running.Add(new QueueInvocations(function, service, package.Host.Queues, _invoker, options.Log).RunAsync(_stopping.Token));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _app.DisposeAsync();
        await _handler.DisposeAsync();
        await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _invoker.Dispose();
        _forwarder.Dispose();
        _stopping.Dispose();
    }

    private static WebApplication BuildApp(FunctionPackage package, MiniFunctionsHostOptions options, CustomHandlerProcess handler, HttpForwarder forwarder)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IHostLifetime, EmbeddedLifetime>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, options.Port);
        });
        var app = builder.Build();
        var cors = new CorsPolicy(options.AllowedOrigins);
        app.Use(next => context => cors.ApplyAsync(context, next));
        app.UseRouting();
        app.Use(next => context => OnlyDeclared(context, next));
        RequestDelegate forward = context => ForwardAsync(context, handler, forwarder);
        foreach (var function in package.Functions.OfType<HttpFunction>())
        {
            var pattern = $"/{package.Host.RoutePrefix}/{function.Route}".Replace("//", "/", StringComparison.Ordinal);
            app.MapMethods(pattern, function.Methods, forward).WithMetadata(function);
        }

        return app;
    }

    /// <summary>The host knows no 405: a method that is not declared is a route that does not exist.</summary>
    private static Task OnlyDeclared(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<HttpFunction>() is not null)
        {
            return next(context);
        }

        context.SetEndpoint(null);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static async Task ForwardAsync(HttpContext context, CustomHandlerProcess handler, HttpForwarder forwarder)
    {
        Uri destination;
        try
        {
            destination = await handler.ReadyAsync(context.RequestAborted);
        }
        catch (Exception notRunning) when (notRunning is InvalidOperationException or OperationCanceledException)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        await forwarder.ForwardAsync(context, destination);
    }
}
