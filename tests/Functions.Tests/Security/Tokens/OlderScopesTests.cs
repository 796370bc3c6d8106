using Byon.Functions.Security.Tokens;

namespace Byon.Tests.Functions.Tests.Security.Tokens;

/// <summary>Trap 25 of the contract: tokens of r2.2 lack the scope for updates, and r3.1 renames the API of events.</summary>
public sealed class OlderScopesTests
{
    [Fact]
    public void ATokenThatReadsAndDeletesSubscriptionsUpdatesThem()
    {
        HashSet<string> scopes = ["webrtc-events:read", "webrtc-events:delete"];
        OlderScopes.Complete(scopes);
        Assert.Contains("webrtc-events:update", scopes);
        Assert.Contains("webrtc-events-subscriptions:update", scopes);
    }

    [Theory]
    [InlineData("webrtc-events:read")]
    [InlineData("webrtc-events:delete")]
    public void HalfOfThatIsNotEnough(string scope)
    {
        HashSet<string> scopes = [scope];
        OlderScopes.Complete(scopes);
        Assert.DoesNotContain("webrtc-events:update", scopes);
    }

    [Fact]
    public void TheOldNameOfTheEventsCountsAsTheNewOneAndNotTheOtherWay()
    {
        HashSet<string> scopes =
            ["webrtc-events:org.camaraproject.webrtc-events.v0.session-status:create", "webrtc-events-subscriptions:delete", "webrtc-registration:sessions:read"];
        OlderScopes.Complete(scopes);
        Assert.Contains("webrtc-events-subscriptions:org.camaraproject.webrtc-events-subscriptions.v0.session-status:create", scopes);
        Assert.DoesNotContain("webrtc-events:delete", scopes);
        Assert.Equal(4, scopes.Count);
    }
}
