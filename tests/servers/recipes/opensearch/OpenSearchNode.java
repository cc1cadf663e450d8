import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.opensearch.Version;
import org.opensearch.common.logging.LogConfigurator;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.plugins.PluginInfo;

/** Runs one node with all modules from the class path, and a folder with opensearch.yml; ends on SIGTERM. */
public class OpenSearchNode extends Node {
    private static final long CLOSE_WITHIN_S = 10;
    private static final String JAVA = "21";
    private static final List<PluginInfo> MODULES = Stream.of(
        "org.opensearch.analysis.common.CommonAnalysisModulePlugin",
        "org.opensearch.transport.Netty4ModulePlugin",
        "org.opensearch.index.reindex.ReindexModulePlugin",
        "org.opensearch.percolator.PercolatorModulePlugin",
        "org.opensearch.painless.PainlessModulePlugin",
        "org.opensearch.script.expression.ExpressionModulePlugin",
        "org.opensearch.script.mustache.MustacheModulePlugin",
        "org.opensearch.index.mapper.MapperExtrasModulePlugin",
        "org.opensearch.ingest.common.IngestCommonModulePlugin",
        "org.opensearch.join.ParentJoinModulePlugin",
        "org.opensearch.search.aggregations.matrix.MatrixAggregationModulePlugin",
        "org.opensearch.index.rankeval.RankEvalModulePlugin",
        "org.opensearch.geo.GeoModulePlugin"
    ).map(OpenSearchNode::module).toList();

    private OpenSearchNode(Environment environment) {
        super(environment, MODULES, false);
    }

    public static void main(String[] args) throws Exception {
        LogConfigurator.configureWithoutConfig(Settings.builder().put("logger.level", "INFO").build());
        Node node = new OpenSearchNode(environment(args[0], Path.of(args[1])));
        node.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
        Thread.currentThread().join(); // the hook ends the process
    }

    private static PluginInfo module(String name) {
        return new PluginInfo(name, "on the class path", "NA", Version.CURRENT, JAVA, name, List.of(), false);
    }

    private static Environment environment(String home, Path config) {
        Settings settings = Settings.builder().put("path.home", home).build();
        return InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), config, () -> "node");
    }

    private static void close(Node node) {
        try {
            node.close();
            node.awaitClose(CLOSE_WITHIN_S, TimeUnit.SECONDS);
        } catch (Exception error) {
            error.printStackTrace();
        }
    }
}
