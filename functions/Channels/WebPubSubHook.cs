using System.Security.Cryptography;
using System.Text;
using Byon.Platform;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Channels;

/// <summary>
/// The hub's event handler: Web PubSub tells of every socket that opened (CloudEvents in HTTP's binary mode, system event
/// connected). Whose socket it is stands in a ticket of ours; that the service says so, in its signature, where it has a key
/// for one (a hub with a managed identity has none: then the ticket alone decides, and all it can bring is events of its own
/// device to a connection whose id the sender knows).
/// </summary>
internal sealed class WebPubSubHook(
    SocketWelcome welcome, ChannelTicket tickets, IOptions<WebPubSubOptions> options)
{
    public const string Path = "/hooks/webpubsub";

    private const string Connected = "azure.webpubsub.sys.connected";
    private const string SignaturePart = "sha256=";
    private const int LongestConnectionId = 256;

    private readonly byte[]? _accessKey = options.Value.AccessKey is { } key ? Encoding.UTF8.GetBytes(key) : null;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var hook = routes.ServiceProvider.GetRequiredService<WebPubSubHook>();
        RequestDelegate agree = context =>
        {
            // Abuse protection of CloudEvents webhooks: the sender asks whether it may send. Who it is shows in each signature.
            context.Response.Headers["WebHook-Allowed-Origin"] = "*";
            return Task.CompletedTask;
        };
        RequestDelegate receive = async context => await (await hook.ReceiveAsync(context.Request, context.RequestAborted)).ExecuteAsync(context);
        routes.MapMethods(Path, [HttpMethods.Options], agree);
        routes.MapMethods(Path, [HttpMethods.Post], receive);
    }

    private async Task<IResult> ReceiveAsync(HttpRequest request, CancellationToken cancel)
    {
        var connectionId = request.Headers["ce-connectionId"].ToString();
        if (connectionId.Length is 0 or > LongestConnectionId || !IsSigned(connectionId, request.Headers["ce-signature"].ToString())
            || tickets.Read(request.Headers["ce-userId"].ToString()) is not { } socket)
        {
            return Problems.Unauthenticated();
        }

        if (request.Headers["ce-type"] == Connected)
        {
            await welcome.GreetAsync(socket.Device, socket.ChannelId, connectionId, cancel);
        }

        return TypedResults.NoContent();
    }

    /// <summary>One signature for each of the service's two keys, of which we have one.</summary>
    private bool IsSigned(string connectionId, string signatures)
    {
        if (_accessKey is null)
        {
            return true;
        }

        var expected = Encoding.ASCII.GetBytes(SignaturePart + Convert.ToHexStringLower(HMACSHA256.HashData(_accessKey, Encoding.UTF8.GetBytes(connectionId))));
        return signatures.Split(',', 3, StringSplitOptions.TrimEntries)
            .Any(signature => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(signature.ToLowerInvariant()), expected));
    }
}
