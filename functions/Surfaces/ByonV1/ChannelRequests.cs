using System.Globalization;
using Byon.Functions.Channels;
using Byon.Functions.Http;
using Byon.Functions.Push;

namespace Byon.Functions.Surfaces.ByonV1;

/// <summary>Requests of notification channels.</summary>
internal static class ChannelRequests
{
    private const int DefaultPage = 50;
    private const int LargestPage = 100;

    /// <summary>channelData is told apart by channelType: the definition's three schemas have no required member.</summary>
    public static NewChannel Read(JsonFields body)
    {
        body.Require("channelType");
        var type = body.OneOf("channelType", nameof(ChannelKind.WebSockets), nameof(ChannelKind.PNSChannel), nameof(ChannelKind.Webhook));
        body.Forbid("channelId", "is given by the server.");
        body.Forbid("resourceURL", "is given by the server.");
        body.Forbid("callbackURL", "is given by the server.");
        var needsData = type is nameof(ChannelKind.PNSChannel) or nameof(ChannelKind.Webhook);
        var data = needsData ? body.RequiredObject("channelData") : body.Object("channelData");
        data?.Forbid("channelURL", "is given by the server.");
        return type switch
        {
            nameof(ChannelKind.PNSChannel) => new NewPushChannel(data?.RequiredText("registrationToken", PushTarget.MaximumLength) ?? ""),
            nameof(ChannelKind.Webhook) => ReadWebhook(data),
            _ => new NewWebSocketChannel(),
        };
    }

    private static NewWebhookChannel ReadWebhook(JsonFields? data)
    {
        var webhook = data?.RequiredObject("webhook");
        return new NewWebhookChannel(
            webhook?.RequiredText("notificationUrl", 2048) ?? "", webhook?.Text("notificationAuthToken", 2048), data?.Time("expiresAt"));
    }

    /// <summary>The query of a replay: after a cursor (0 where not said), so many.</summary>
    public static (long After, int Limit, Problem? Fault) ReadPage(IQueryCollection query)
    {
        var after = 0L;
        if (query["after"] is { Count: > 0 } cursor
            && (cursor.Count != 1 || !long.TryParse(cursor[0], NumberStyles.None, CultureInfo.InvariantCulture, out after)))
        {
            return (0, 0, Problems.InvalidArgument("The query parameter after is not the cursor of an event."));
        }

        var limit = DefaultPage;
        return query["limit"] is { Count: > 0 } most
            && (most.Count != 1 || !int.TryParse(most[0], NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is 0 or > LargestPage)
            ? (0, 0, Problems.OutOfRange($"The query parameter limit is not a number from 1 to {LargestPage}."))
            : (after, limit, null);
    }
}
