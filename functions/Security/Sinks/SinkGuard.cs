using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Security.Sinks;

/// <summary>
/// Keeps clients from making us call what they cannot reach themselves. An address is judged twice: as text when a client
/// gives it (<see cref="FaultOf"/>), and after resolution, for every connection, against what is really connected to
/// (<see cref="CreateClient"/>): a name may resolve to something else tomorrow.
/// </summary>
/// <param name="resolve">Name to addresses; every one of them must be public.</param>
internal sealed class SinkGuard(IOptions<SinkOptions> options, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
{
    /// <summary>maxLength of a sink in the API definitions.</summary>
    private const int MaximumLength = 1024;

    /// <summary>Nobody reads the answer's body; its status and Retry-After tell everything.</summary>
    private const int MaximumAnswerSize = 64 * 1024;

    private readonly SinkOptions _options = options.Value;

    public SinkGuard(IOptions<SinkOptions> options)
        : this(options, Dns.GetHostAddressesAsync)
    {
    }

    /// <summary>Null where the sink may be kept; otherwise why not, as the rest of a sentence that starts with the member's name.</summary>
    public string? FaultOf(string sink)
    {
        if (sink.Length > MaximumLength)
        {
            return $"is longer than {MaximumLength} characters.";
        }

        if (sink.Any(c => c is <= ' ' or > '~') || !Uri.TryCreate(sink, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
        {
            return "is not an absolute URI.";
        }

        var mayBeHere = _options.AllowLoopback && uri.IsLoopback;
        if (uri.Scheme != Uri.UriSchemeHttps && !(mayBeHere && uri.Scheme == Uri.UriSchemeHttp))
        {
            return "is not an https URI.";
        }

        return uri.UserInfo.Length > 0 ? "holds credentials: send them as sinkCredential."
            : uri.Fragment.Length > 0 ? "has a fragment, which no server gets to see."
            : mayBeHere || IsPublicHost(uri) ? null
            : "is not an address of the public Internet.";
    }

    /// <summary>
    /// A client for sinks: connects to public addresses only, follows no redirect, uses no proxy (it would resolve names
    /// itself) and no cookies, and gives up after the limits of the settings. A refused address is a <see cref="HttpRequestException"/>
    /// around a <see cref="SinkRefusedException"/>. Keep it: it pools connections.
    /// </summary>
    public HttpClient CreateClient() =>
        new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = _options.ConnectTimeout,
            ConnectCallback = ConnectAsync,
            MaxConnectionsPerServer = 32,
            MaxResponseHeadersLength = 16,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        })
        {
            Timeout = _options.Timeout,
            MaxResponseContentBufferSize = MaximumAnswerSize,
        };

    private static bool IsPublicHost(Uri uri) => uri.HostNameType switch
    {
        UriHostNameType.IPv4 or UriHostNameType.IPv6 => IPAddress.TryParse(uri.IdnHost, out var address) && PublicAddress.IsPublic(address),
        UriHostNameType.Dns => uri.IdnHost.TrimEnd('.').Contains('.') && !uri.IsLoopback
            && !uri.IdnHost.TrimEnd('.').EndsWith(".localhost", StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    /// <summary>Connects to an address that was just judged, not to the name: between two look-ups it could change.</summary>
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var isEncrypted = context.InitialRequestMessage.RequestUri?.Scheme == Uri.UriSchemeHttps;
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, cancel);
        if (addresses.Length == 0 || !Array.TrueForAll(addresses, address => MayConnect(address, isEncrypted)))
        {
            throw new SinkRefusedException();
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool MayConnect(IPAddress address, bool isEncrypted) =>
        (isEncrypted && PublicAddress.IsPublic(address)) || (_options.AllowLoopback && IPAddress.IsLoopback(address));
}
