using System.Text.Json.Nodes;
using Byon.Infra.Model;
using Byon.Local.Identity;
using Byon.Tests.TestKit;

namespace Byon.Tests.Infra.Tests.Package;

public class SoftphonePackageTests
{
    [Fact]
    public void Every_file_of_the_page_is_in_it_with_headers_that_let_it_call()
    {
        var folder = BuiltPackage.Path("softphone");
        var page = Directory.EnumerateFiles(RepositoryRoot.Combine("local", "Softphone", "page")).Select(Path.GetFileName);
        Assert.Empty(page.Except(Directory.EnumerateFiles(folder).Select(Path.GetFileName)));
        var headers = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "staticwebapp.config.json")))!["globalHeaders"]!;
        Assert.Contains("microphone=(self)", (string)headers["Permissions-Policy"]!, StringComparison.Ordinal);
        Assert.Contains("script-src 'self'", (string)headers["Content-Security-Policy"]!, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_asks_for_scopes_that_exist() =>
        Assert.Empty(ServicePlan.SoftphoneScope.Split(' ').Except(DevClients.ApiScopes).Except(["openid"]));
}
