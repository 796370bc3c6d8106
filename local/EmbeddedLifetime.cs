namespace Byon.Local;

/// <summary>
/// The lifetime of a web server that lives inside a larger program: it leaves SIGTERM and Ctrl-C to that program. The
/// default lifetime would swallow them, once per server, and stop the servers in no order.
/// </summary>
internal sealed class EmbeddedLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
